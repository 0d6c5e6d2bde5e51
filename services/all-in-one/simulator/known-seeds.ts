/** Seeds that once broke a rule, and what that was; run again with the tests. */
export const knownSeeds: readonly { readonly seed: number; readonly was: string }[] = [
  { seed: 102, was: "a runner with leases of two lengths named the longer one in a circle (no-storms)" },
  { seed: 1, was: "a job whose last script gives it back goes on for ever (the simulator's own mistake)" },
];

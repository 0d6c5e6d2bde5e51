/** Seeds that once broke a rule, and what that was; run again with the tests. */
export const knownSeeds: readonly { readonly seed: number; readonly was: string }[] = [
  {
    seed: 28,
    was: "a gateway that had nothing new to say after a hand-over was taken for one that wants nothing (everything-ends)",
  },
];

/** Seeds that once broke a rule, and what that was; run again with the tests. */
export const knownSeeds: readonly { readonly seed: number; readonly was: string }[] = [
  {
    seed: 28,
    was: "a gateway that had nothing new to say after a hand-over was taken for one that wants nothing (everything-ends)",
  },
  {
    seed: 731,
    was: "a request that a newer one had overtaken lowered the credit of a runner, which then waited for ever (everything-ends)",
  },
  {
    seed: 175,
    was: "a lease that ended before it was delivered was counted by the scheduler and not by the gateway, which then waited for it for ever (everything-ends)",
  },
  {
    seed: 3010601,
    was: "an outcome that was dropped because its lease had ended in a pause was remembered as reported, and the attempt that came again was never given back (everything-ends)",
  },
  {
    seed: 3021066,
    was: "a lease that a runner's process had received before it died was handed to its next process, after it had been released, because its answer counted as lost (no-double-runs)",
  },
  {
    seed: 3042209,
    was: "a call that came twice, the second time late, ended the one that was held and made two more, each of which came twice (no-storms)",
  },
  {
    seed: 3055466,
    was: "a namespace whose first statement was stored and its answer lost was in no memory, and refused for ever as one that is about to be loaded (the final state could not be read)",
  },
  {
    seed: 4000447,
    was: "a replica whose renewal and look at the shards got no answer, ever, refused all calls for as long as it waited (calls-are-answered)",
  },
  {
    seed: 5041454,
    was: "a lease that had been received came again, because a later answer that repeated it was late, and was counted twice: each further lease was given back at once and asked for anew (no-storms)",
  },
];

import type { Rule } from "../features/feature.js";

/** Trouble of the store is told as such: as something to repeat, never as a fault or as an answer about the job. */
export const refusalsAreKnown: Rule = ({ evidence }, say) => {
  for (const { method, reason, answer } of evidence.history.calls) {
    if (answer || (reason && expected.has(reason))) continue;
    say(`${method} failed with ${reason}`);
  }
};

const expected = new Set<string>([
  ...["SHARD_LOST", "OWNER_UNKNOWN", "SHUTTING_DOWN", "STORAGE_UNAVAILABLE"],
  ...["NOT_CLAIMABLE", "QUEUE_NOT_FOUND", "JOB_NOT_FOUND", "QUEUE_PAUSED", "WRONG_STATE", "REVISION_MISMATCH"],
  ...["DEPENDENCY_NOT_FOUND", "DEPENDENCY_CYCLE", "QUOTA_EXCEEDED"],
]);

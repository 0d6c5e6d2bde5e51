import { type EndFacts, outcomeSums } from "../core/end-facts.js";
import type { JobRecord } from "./job-record.js";

/** What the end of a job has added to the sums; undefined while it is open. */
export function endFactsOf({ stored, finalEnd }: JobRecord): EndFacts | undefined {
  if (!finalEnd) return undefined;
  return {
    bucket: stored.bucket,
    subject: stored.subject,
    createdAt: Math.floor(stored.createdMicros / 1_000),
    claimedAt: finalEnd.claimedAt,
    startedAt: finalEnd.startedAt,
    endedAt: finalEnd.endedAt,
    runnerId: finalEnd.runnerId,
    ...outcomeSums(finalEnd.facts),
  };
}

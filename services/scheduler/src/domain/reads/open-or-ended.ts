import type { Traits } from "../core/group.js";
import type { FinalState } from "../core/model.js";
import type { EndedJob } from "../core/reopen.js";
import { endFactsOf } from "./end-facts-of.js";
import type { JobRecord } from "./job-record.js";

/** What the core needs to open a job again. */
export function endedJob(record: JobRecord, traits: Traits): EndedJob {
  const { stored, shape, ends, finalEnd } = record;
  const { serial, bucket, kind, rankClass, rank, weight, createdMicros, revision, reuseKey } = stored;
  const last = ends.at(-1);
  return {
    serial,
    bucket,
    kind,
    rankClass,
    rank,
    weight,
    createdMicros,
    revision,
    reuseKey,
    shape,
    traits,
    attempt: last?.attempt ?? 0,
    reopen: finalEnd?.reopen ?? last?.reopen ?? 0,
    state: record.state as FinalState,
    facts: endFactsOf(record),
  };
}

import type { Core } from "../core-access.js";
import { getRun } from "../documents/runs.js";
import { endedRecord } from "./end-record.js";
import { findRun, isActive } from "./find-run.js";
import type { RunRecord } from "./run-record.js";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";

/**
 * Reads a run that is over. Its record comes a moment after its end; until then it is made from what the core has. An assignment
 * that was taken back before anybody worked on it was no run.
 */
export async function readRun(core: Core, runId: string): Promise<RunRecord | undefined> {
  const id = runId.toLowerCase();
  const record = await getRun(core, id);
  if (record !== undefined) return record;
  const run = await findRun(core, id);
  if (run === undefined || isActive(run) || run.attempt.state === AttemptState.RELEASED) return undefined;
  const wasRequeued = run.attempt.state === AttemptState.LOST && run.job.endTime === undefined;
  return wasRequeued ? undefined : endedRecord({ run, resumeFrom: null });
}

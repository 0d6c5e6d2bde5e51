import { bareRecord, type RunFrame } from "../runs/end-record.js";
import { contextDigest, type RunRecord } from "../runs/run-record.js";
import { isoTextOfMs, msOfText } from "../times.js";
import type { WorkerResult } from "./worker-result.js";

/**
 * The record of a run as its worker reports it. A worker that says no code was successful: the real one leaves it out then.
 *
 * @param logNames names of the log files that came with it
 */
export function reportedRecord(
  frame: RunFrame,
  result: WorkerResult,
  logNames: readonly string[],
  nowMs: number,
): RunRecord {
  const end = {
    code: result.code ?? "success",
    description: result.description ?? null,
    transient: result.transient ?? null,
  };
  const bare = bareRecord(frame, end, nowMs);
  const startMs = timeOf(result.start_time) ?? timeOf(bare.start_time) ?? nowMs;
  const finishMs = timeOf(result.finish_time) ?? nowMs;
  const context = result.context === undefined ? bare.context : contextText(result.context);
  return {
    ...bare,
    start_time: isoTextOfMs(startMs),
    finish_time: isoTextOfMs(finishMs),
    duration: Math.max(0, finishMs - startMs) / 1000,
    failure_details: result.details ?? null,
    failure_stage: result.stage ?? null,
    target:
      result.target === undefined || result.target === null
        ? {}
        : { name: result.target.name, details: result.target.details ?? {} },
    logfilenames: logNames,
    codemod: result.codemod ?? null,
    value: result.value === 0 ? null : (result.value ?? null),
    remotes: result.remotes ?? null,
    branch_url: result.branch_url ?? null,
    resume_from: result.refreshed === true ? null : bare.resume_from,
    branches: result.branches ?? null,
    tags: result.tags ?? null,
    revision: result.revision ?? null,
    main_branch_revision: result.main_branch_revision ?? null,
    context,
    context_digest: contextDigest(context),
    target_branch_url: result.target_branch_url ?? null,
    vcs_type: result.vcs_type ?? null,
    subpath: result.subpath ?? null,
  };
}

/** A context is opaque; one that is no text is compared as its JSON. */
function contextText(context: unknown): string | null {
  if (context === null || typeof context === "string") return context;
  return JSON.stringify(context);
}

function timeOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : msOfText(text);
}

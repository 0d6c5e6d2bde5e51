import type { Attempt } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { isJsonObject, parseJson } from "../../../json/parse-json.js";
import { readItemInput } from "../queue/item-input.js";
import { isoText, isoTextOfMs, msOf } from "../times.js";
import { readClaimInfo } from "./claim-info.js";
import type { Run } from "./find-run.js";
import { contextDigest, type RunRecord } from "./run-record.js";

/** What is known of a run apart from its outcome. */
export interface RunFrame {
  readonly run: Run;
  /** The run that it continued. */
  readonly resumeFrom: string | null;
}

/** How a run went, in the words of whoever says so. */
export interface RunEnd {
  readonly code: string;
  readonly description: string | null;
  readonly transient: boolean | null;
}

/** The record of a run that its worker has not reported. */
export function bareRecord({ run, resumeFrom }: RunFrame, end: RunEnd, finishMs: number): RunRecord {
  const { job, attempt } = run;
  const input = readItemInput(job.spec?.input);
  const startMs = attempt.claimTime === undefined ? finishMs : msOf(attempt.claimTime);
  return {
    id: attempt.id,
    codebase: job.spec?.subject ?? "",
    campaign: job.spec?.kind ?? "",
    change_set: input.changeSet ?? attempt.id,
    description: end.description,
    code: end.code,
    failure_details: null,
    failure_stage: null,
    duration: Math.max(0, finishMs - startMs) / 1000,
    start_time: attempt.claimTime === undefined ? isoTextOfMs(finishMs) : isoText(attempt.claimTime),
    finish_time: isoTextOfMs(finishMs),
    transient: end.transient,
    target: {},
    logfilenames: [],
    codemod: null,
    value: null,
    remotes: null,
    branch_url: null,
    resume_from: resumeFrom,
    branches: null,
    tags: null,
    revision: null,
    main_branch_revision: null,
    command: input.command,
    context: input.context,
    context_digest: contextDigest(input.context),
    target_branch_url: null,
    vcs_type: null,
    subpath: null,
    worker: readClaimInfo(attempt.claimInfo, attempt.runnerId).worker,
    publish_status: "unknown",
    abridged: false,
  };
}

/** The record that an ended attempt carries as its result; undefined for one that was ended by others. */
function carriedRecord(attempt: Attempt): RunRecord | undefined {
  const data = attempt.outcome?.result?.data;
  const document = data === undefined ? undefined : parseJson(data);
  if (typeof document !== "object" || !isJsonObject(document.value)) return undefined;
  const record = document.value as unknown as RunRecord;
  return record.id === attempt.id && typeof record.code === "string" && "publish_status" in record ? record : undefined;
}

/**
 * The record of an ended run, whoever ended it: the one that it carries, else one of what the core says. A lost worker that
 * could have been asked has timed out; any other has disappeared.
 */
export function endedRecord(frame: RunFrame): RunRecord {
  const { attempt } = frame.run;
  const carried = carriedRecord(attempt);
  if (carried !== undefined) return carried;
  const finishMs = attempt.endTime === undefined ? Date.now() : msOf(attempt.endTime);
  return bareRecord(frame, endOf(attempt), finishMs);
}

function endOf(attempt: Attempt): RunEnd {
  const { backchannel } = readClaimInfo(attempt.claimInfo, attempt.runnerId);
  const words = attempt.outcome?.message || null;
  switch (attempt.state) {
    case AttemptState.SUCCEEDED:
      return { code: "success", description: words, transient: null };
    case AttemptState.CANCELLED:
      return { code: "killed", description: words, transient: null };
    case AttemptState.LOST:
      return backchannel === null
        ? { code: "run-disappeared", description: "no support for ping", transient: true }
        : { code: "worker-timeout", description: "no answer from the worker for too long", transient: true };
    case AttemptState.TIMED_OUT:
      return { code: "worker-timeout", description: words, transient: true };
    default:
      return { code: attempt.outcome?.labels["code"] || "worker-failure", description: words, transient: null };
  }
}

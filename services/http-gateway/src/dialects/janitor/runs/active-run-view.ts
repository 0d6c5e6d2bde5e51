import type { Codebase } from "../catalogue/codebase.js";
import { readItemInput } from "../queue/item-input.js";
import { isoText, isoTextOfMs, msOf } from "../times.js";
import { readClaimInfo } from "./claim-info.js";
import type { Run } from "./find-run.js";
import { lifeSignsOf } from "./life-signs.js";

/** What else an active run's object shows. */
export interface ActiveRunFacts {
  readonly codebase: Codebase | undefined;
  /** The run that this one continues. */
  readonly resumeFrom: string | null;
}

/** A run that a worker has, as upstream's `ActiveRun.json` shows it. */
export function activeRunView({ job, attempt }: Run, { codebase, resumeFrom }: ActiveRunFacts, nowMs: number): object {
  const input = readItemInput(job.spec?.input);
  const info = readClaimInfo(attempt.claimInfo, attempt.runnerId);
  const startMs = attempt.claimTime === undefined ? nowMs : msOf(attempt.claimTime);
  return {
    queue_id: Number(job.serial),
    id: attempt.id,
    codebase: job.spec?.subject ?? "",
    change_set: input.changeSet,
    campaign: job.spec?.kind ?? "",
    command: input.command,
    estimated_duration: job.spec?.order?.weight ?? 0,
    current_duration: Math.max(0, nowMs - startMs) / 1000,
    start_time: attempt.claimTime === undefined ? isoTextOfMs(nowMs) : isoText(attempt.claimTime),
    worker: info.worker,
    worker_link: info.workerLink,
    vcs: { branch_url: codebase?.branch_url ?? null, vcs_type: codebase?.vcs_type ?? null },
    backchannel: backchannelView(info.backchannel),
    instigated_context: input.context,
    resume_from: resumeFrom,
  };
}

function backchannelView(backchannel: ReturnType<typeof readClaimInfo>["backchannel"]): object {
  if (backchannel === null) return {};
  return backchannel.kind === "jenkins" ? { my_url: backchannel.url, jenkins: {} } : { my_url: backchannel.url };
}

/** The same with what the watchdog knows, as in `/status`. */
export function watchedRunView(run: Run, facts: ActiveRunFacts, nowMs: number, runTimeoutMs: number): object {
  const heardMs = keepaliveOf(run);
  const ageMs = heardMs === null ? null : Math.max(0, nowMs - heardMs);
  return {
    ...activeRunView(run, facts, nowMs),
    "last-keepalive": heardMs === null ? null : isoTextOfMs(heardMs),
    keepalive_age: ageMs === null ? null : ageMs / 1000,
    mia: ageMs === null ? null : ageMs > runTimeoutMs,
  };
}

/** When a run that can be asked last showed a sign of life, the assignment counted as one; null for all others. */
export function keepaliveOf({ attempt }: Run): number | null {
  if (readClaimInfo(attempt.claimInfo, attempt.runnerId).backchannel === null) return null;
  return lifeSignsOf(attempt).heardMs ?? (attempt.claimTime === undefined ? null : msOf(attempt.claimTime));
}

import { reasonOf } from "@switchyard/errors";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { hostOf } from "../catalogue/codebase.js";
import type { JanitorContext } from "../context.js";
import { resumedRunOf } from "../documents/assignments.js";
import { candidatesOf } from "../documents/candidates.js";
import { getCodebase } from "../documents/codebases.js";
import { restHost } from "../documents/hosts.js";
import { markSettled, putRun } from "../documents/runs.js";
import { offsetsOf } from "../estimates/candidate-offset.js";
import { hostOfItem } from "../queue/rehost.js";
import { sameAgain } from "../queue/same-again.js";
import { queueItems, submitSpecs } from "../queue/submit.js";
import { msOf } from "../times.js";
import { endedRecord } from "./end-record.js";
import type { Run } from "./find-run.js";
import { lifeSignsOf } from "./life-signs.js";
import type { RunRecord } from "./run-record.js";

/** Codes of runs whose host has had enough. */
const refusedByHost: ReadonlySet<string> = new Set(["pull-rate-limited", "resume-rate-limited"]);

/**
 * Does what follows from the end of a run: its record is kept, a host that refused is left alone, and the codebase is queued
 * again for the campaign while it is a candidate. The end itself is the core's and carries all that is needed; so this may be
 * done by whoever gets to it first, again after a crash, and at the same time by two. That all is done is noted last.
 *
 * @param run whose attempt has ended
 */
export async function settleRun(context: JanitorContext, run: Run): Promise<RunRecord> {
  const resumeFrom = await resumedRunOf(context, run.attempt.id);
  const record = endedRecord({ run, resumeFrom });
  await showFiles(context, run);
  const isNew = await putRun(context, record);
  const host = hostOfItem(run.job);
  if (host !== undefined && refusedByHost.has(record.code)) {
    await restHost(context, host, run.attempt.endTime === undefined ? Date.now() : msOf(run.attempt.endTime));
    if (isNew) context.metrics.hostLimited(host);
  }
  if (isNew) context.metrics.finished(record.campaign, record.code, record.duration);
  if (!(await queueAgain(context, record)) && wasNeverHeard(run)) await queueUnheard(context, run);
  await markSettled(context, record.id);
  return record;
}

/** Makes the files that the end of a run names visible; what else was stored for it is collected. */
async function showFiles({ core, config: { namespace } }: JanitorContext, { job, attempt }: Run): Promise<void> {
  const artifactIds = attempt.outcome?.artifacts ?? [];
  if (artifactIds.length === 0) return;
  const call = { namespace, jobId: job.id, attempt: attempt.number, artifactIds };
  await core.artifacts.commitArtifacts(call).catch((error: unknown) => {
    // Somebody has deleted one since; the others were shown the first time that this was done.
    if (reasonOf(error) !== "ARTIFACT_NOT_FOUND") throw error;
  });
}

/** Queues the codebase of an ended run again if it is a candidate of the campaign still. */
async function queueAgain(context: JanitorContext, record: RunRecord): Promise<boolean> {
  const candidates = await candidatesOf(context, record.codebase, record.campaign);
  const candidate = candidates.find(({ changeSet }) => changeSet === record.change_set) ?? candidates[0];
  if (candidate === undefined) return false;
  const codebase = await getCodebase(context, record.codebase);
  const command = candidate.command ?? context.config.campaigns.get(record.campaign)?.command;
  if (codebase === undefined || command === undefined) return false;
  const [estimate] = await offsetsOf(context, [{ codebase, candidate }]);
  if (estimate === undefined) return false;
  const request = {
    codebase: record.codebase,
    campaign: record.campaign,
    command,
    bucket: "default" as const,
    offset: estimate.offset,
    estimatedDuration: estimate.estimatedDuration,
    context: candidate.context,
    refresh: false,
    requester: "after run schedule",
    changeSet: candidate.changeSet,
    host: hostOf(codebase.branch_url),
  };
  await queueItems(context, [request], { requestId: `resched:${record.id}` });
  return true;
}

/** An assignment that its worker may never have seen: nothing was heard of it from the answer to the end of its lease. */
function wasNeverHeard({ attempt }: Run): boolean {
  return attempt.state === AttemptState.LOST && lifeSignsOf(attempt).heardMs === null;
}

/** Queues such an item again at its place, so that a lost answer loses no work. */
async function queueUnheard(context: JanitorContext, { job, attempt }: Run): Promise<void> {
  await submitSpecs(context, [sameAgain(context, job, hostOfItem(job))], { requestId: `unheard:${attempt.id}` });
}

import { type Codebase, hostOf } from "../catalogue/codebase.js";
import type { Core } from "../core-access.js";
import { candidatesOf } from "../documents/candidates.js";
import { getCodebase } from "../documents/codebases.js";
import { historyOf } from "../estimates/history.js";
import { badRequest, notFound } from "../errors.js";
import { readRun } from "../runs/read-run.js";
import type { RunRecord } from "../runs/run-record.js";
import type { QueuedItem, QueueRequest } from "./queue-item.js";
import { bucketIn, offsetOf, type ScheduleBody } from "./schedule-request.js";
import { queueItems } from "./submit.js";

/** An item that was queued, and what it was queued as. */
export interface Scheduled {
  readonly request: QueueRequest;
  readonly item: QueuedItem;
}

/** Queues a run of a codebase for a campaign. @throws JanitorError 400, 404 */
export async function scheduleRun(core: Core, body: ScheduleBody): Promise<Scheduled> {
  const run = await namedRun(core, body);
  const campaign = run?.campaign ?? body.campaign;
  const codebaseName = run?.codebase ?? body.codebase;
  if (!campaign) throw badRequest("missing campaign");
  if (!codebaseName) throw badRequest("missing codebase");
  const settings = core.config.campaigns.get(campaign);
  if (settings === undefined) throw badRequest(`unknown campaign: ${campaign}`);
  const [bucket, offset] = [bucketIn(body, "default"), offsetOf(body)];
  const [codebase, candidates] = await Promise.all([
    knownCodebase(core, codebaseName),
    candidatesOf(core, codebaseName, campaign),
  ]);
  const changeSet = body.change_set ?? null;
  const candidate = candidates.find((one) => one.changeSet === changeSet) ?? candidates[0];
  const command = candidate?.command ?? settings.command ?? run?.command ?? null;
  if (!command) throw badRequest("no command specified");
  const context = candidate?.context ?? null;
  return queue(core, body, codebase, { codebase: codebaseName, campaign, command, bucket, offset, context, changeSet });
}

/** Queues a run that builds a codebase as it was before a campaign changed it. @throws JanitorError 400, 404 */
export async function scheduleControl(core: Core, body: ScheduleBody): Promise<Scheduled> {
  const run = await namedRun(core, body);
  const codebaseName = run?.codebase ?? body.codebase;
  const revision = run === undefined ? body.main_branch_revision : run.main_branch_revision;
  if (!codebaseName) throw badRequest("missing codebase");
  if (!revision)
    throw badRequest(run === undefined ? "missing main_branch_revision" : "Run has no main branch revision");
  const [bucket, offset] = [bucketIn(body, "control"), offsetOf(body)];
  const codebase = await knownCodebase(core, codebaseName);
  const changeSet = body.change_set ?? null;
  const item = { codebase: codebaseName, campaign: "control", command: `brz up --revision=${revision}` };
  // Upstream ignores what the caller estimates here.
  const call = { ...body, estimated_duration: null };
  return queue(core, call, codebase, { ...item, bucket, offset, context: null, changeSet });
}

async function namedRun(core: Core, { run_id: runId }: ScheduleBody): Promise<RunRecord | undefined> {
  if (runId === undefined || runId === null) return undefined;
  const run = await readRun(core, runId);
  if (run === undefined) throw notFound("Run not found");
  return run;
}

async function knownCodebase(core: Core, name: string): Promise<Codebase> {
  const codebase = await getCodebase(core, name);
  if (codebase === undefined) throw badRequest(`unknown codebase: ${name}`);
  return codebase;
}

async function queue(
  core: Core,
  body: ScheduleBody,
  codebase: Codebase,
  item: Pick<QueueRequest, "codebase" | "campaign" | "command" | "bucket" | "offset" | "context" | "changeSet">,
): Promise<Scheduled> {
  const estimatedDuration = body.estimated_duration ?? (await historyOf(core, [item]))[0]?.durationSeconds ?? 15;
  const request: QueueRequest = {
    ...item,
    estimatedDuration,
    refresh: body.refresh ?? false,
    requester: body.requester ?? null,
    host: hostOf(codebase.branch_url),
  };
  const [queued] = await queueItems(core, [request]);
  if (queued === undefined) throw new Error("the scheduler answered a submit without its job");
  return { request, item: queued };
}

import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { FastifyBaseLogger } from "fastify";
import { giveBack } from "../../../core/release-unread.js";
import { type Codebase, hostOf, plain } from "../catalogue/codebase.js";
import type { JanitorContext } from "../context.js";
import { noteResumedRun } from "../documents/assignments.js";
import { getCodebase } from "../documents/codebases.js";
import { knownRestingHostNames, restingHostNames } from "../documents/hosts.js";
import { queueEmpty } from "../errors.js";
import { readItemInput } from "../queue/item-input.js";
import { moveToHost } from "../queue/rehost.js";
import { newestResult, resumeFrom } from "../resume/find-resume.js";
import { type AssignmentFacts, assignmentView } from "./assignment.js";
import { type AssignRequest, claimRun } from "./claim-run.js";
import { bareRecord, type RunEnd } from "./end-record.js";
import { findRun } from "./find-run.js";
import { reportEnd } from "./report-end.js";
import { settleRun } from "./settle-run.js";

/** An item that was claimed for a worker, and what the worker is told. */
export interface Assigned {
  readonly lease: Lease;
  readonly assignment: object;
}

/** Items that cannot be assigned, one after the other, that a call gets rid of before it gives up. */
const mostAttempts = 20;

/**
 * Claims the first item that can be worked on. Items that never can be end as failed runs, and the next one is tried.
 *
 * @param excludedHosts hosts that the caller wants nothing from, beside those that are left alone anyway
 * @throws JanitorError 503 when there is nothing
 */
export async function assign(
  context: JanitorContext,
  request: AssignRequest,
  excludedHosts: readonly string[],
  log: FastifyBaseLogger,
): Promise<Assigned> {
  // Read while an item is claimed by what is known: a host that another gateway has let rest since is seen before the worker is told.
  const resting = restingHostNames(context);
  resting.catch(() => undefined);
  let excluded = hostsExcluded(context, knownRestingHostNames(context), excludedHosts);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const lease = await claimRun(context, request, excluded);
    if (lease === undefined) break;
    try {
      excluded = hostsExcluded(context, await resting, excludedHosts);
      const made = await prepareAssignment(context, lease, excluded);
      if (made === "excluded") {
        await moveClaimed(context, lease);
      } else if ("code" in made) {
        await endUnassignable(context, lease, made);
      } else {
        return { lease, assignment: assignmentView(made) };
      }
    } catch (error) {
      giveBack(context.core, context.config.namespace, lease, "the assignment could not be made", log);
      throw error;
    }
  }
  context.metrics.queueEmpty();
  throw queueEmpty();
}

/** Hosts that nothing is assigned from now. */
export async function hostsToExclude(context: JanitorContext): Promise<string[]> {
  return hostsExcluded(context, await restingHostNames(context), []);
}

function hostsExcluded(
  { config }: Pick<JanitorContext, "config">,
  resting: readonly string[],
  more: readonly string[],
): string[] {
  return [...new Set([...config.avoidHosts, ...resting, ...more.map((host) => host.toLowerCase())])];
}

/** What a worker is told about an item; a code for one that can never be worked on; `excluded` for one of an excluded host. */
async function prepareAssignment(
  context: JanitorContext,
  lease: Lease,
  excluded: readonly string[],
): Promise<AssignmentFacts | RunEnd | "excluded"> {
  const item = { campaign: lease.kind, codebase: lease.subject, input: readItemInput(lease.input) };
  const [codebase, earlier] = await Promise.all([
    getCodebase(context, item.codebase),
    item.input.refresh ? undefined : newestResult(context, item.codebase, item.campaign),
  ]);
  // The queue knows the host of the time when the item was queued; the codebase may have moved since.
  const host = hostOf(codebase?.branch_url ?? null);
  if (host !== undefined && excluded.includes(host)) return "excluded";
  const facts = assignmentFacts(context, { ...item, runId: lease.attemptId, queueId: Number(lease.serial) }, codebase);
  if ("code" in facts || codebase === undefined || earlier === undefined) return facts;
  const resume = await resumeFrom(context, codebase, earlier);
  if (resume === undefined) return facts;
  await noteResumedRun(context, lease.attemptId, resume.run.id);
  return { ...facts, resume };
}

/** Gives an item back, and queues it for the host that its codebase has now. */
async function moveClaimed(context: JanitorContext, { jobId, attempt, runnerId, subject }: Lease): Promise<void> {
  const { namespace } = context.config;
  const by = { case: "attempt" as const, value: attempt };
  await context.core.runners.releaseJob({
    namespace,
    runnerId,
    attempt: { jobId, by },
    message: "its host is left alone",
  });
  const codebase = await getCodebase(context, subject);
  await moveToHost(context, subject, hostOf(codebase?.branch_url ?? null));
}

/** The assignment of an item, or why it can never be worked on. */
export function assignmentFacts(
  { config }: Pick<JanitorContext, "config">,
  item: {
    readonly campaign: string;
    readonly codebase: string;
    readonly input: { readonly command: string };
    readonly runId: string;
    readonly queueId: number;
  },
  codebase: Codebase | undefined,
): AssignmentFacts | RunEnd {
  const campaign = config.campaigns.get(item.campaign);
  if (campaign === undefined) {
    return { code: "unknown-campaign", description: `Campaign ${item.campaign} unknown`, transient: null };
  }
  if ((codebase?.branch_url ?? null) === null && !campaign.default_empty) {
    return { code: "not-in-vcs", description: "No VCS URL known for codebase.", transient: null };
  }
  const { vcsStoreUrl, depServerUrl, committer } = config;
  return {
    runId: item.runId,
    queueId: item.queueId,
    // Native callers need not upload what they work on.
    codebase: codebase ?? plain({}),
    codebaseName: item.codebase,
    campaign,
    command: item.input.command || (campaign.command ?? ""),
    resume: undefined,
    vcsStoreUrl,
    depServerUrl,
    committer,
  };
}

async function endUnassignable(context: JanitorContext, lease: Lease, end: RunEnd): Promise<void> {
  const run = await findRun(context, lease.attemptId);
  if (run === undefined) return;
  await reportEnd(context, run, bareRecord({ run, resumeFrom: null }, end, Date.now()));
  const ended = await findRun(context, lease.attemptId);
  if (ended !== undefined) await settleRun(context, ended);
}

import { inBatches } from "../batches.js";
import type { Core } from "../core-access.js";
import { putCandidates } from "../documents/candidates.js";
import { getCodebases } from "../documents/codebases.js";
import { offsetsOf } from "../estimates/candidate-offset.js";
import type { Estimate } from "../estimates/offset.js";
import type { QueuedItem, QueueRequest } from "../queue/queue-item.js";
import { queueItems } from "../queue/submit.js";
import type { CandidateEntry } from "./candidate.js";
import { hostOf } from "./codebase.js";
import { type AcceptedCandidate, judgeCandidates, type PassedOver } from "./judge-candidates.js";

/** What became of an upload. */
export type CandidatesAnswer = PassedOver & { readonly success: readonly object[] };

/**
 * Keeps the candidates of an upload and queues them; passes over those that cannot be. What is there already is replaced, so
 * an upload that was cut short can be made again.
 *
 * @throws JanitorError 400, with nothing kept, when one of them says no codebase or campaign
 */
export async function uploadCandidates(core: Core, entries: readonly CandidateEntry[]): Promise<CandidatesAnswer> {
  const names = entries.flatMap(({ codebase }) => codebase ?? []);
  const codebases = await getCodebases(core, names);
  const { accepted, passedOver } = judgeCandidates(entries, { ...core.config, codebases });
  const estimates = await offsetsOf(core, accepted);
  const requests = accepted.map((one, index) => requestOf(one, estimates[index] as Estimate));
  await putCandidates(
    core,
    accepted.map(({ candidate }) => candidate),
  );
  const items: QueuedItem[] = [];
  for (const batch of inBatches(requests, bytesOf)) items.push(...(await queueItems(core, batch)));
  return { success: requests.map((request, index) => queuedView(request, items[index] as QueuedItem)), ...passedOver };
}

function requestOf({ candidate, codebase }: AcceptedCandidate, estimate: Estimate): QueueRequest {
  const { requester } = candidate;
  return {
    codebase: candidate.codebase,
    campaign: candidate.campaign,
    command: candidate.command,
    bucket: candidate.bucket ?? "default",
    ...estimate,
    context: candidate.context,
    refresh: false,
    requester: requester === null ? "candidate update" : `candidate update ${requester}`,
    changeSet: candidate.changeSet,
    host: hostOf(codebase.branch_url),
  };
}

/** About what a request takes of a call: its texts, and room for the rest of a job. */
function bytesOf({ command, context, requester, changeSet }: QueueRequest): number {
  return Buffer.byteLength(JSON.stringify([command, context, requester, changeSet])) + 1500;
}

function queuedView(request: QueueRequest, { queueId, bucket }: QueuedItem): object {
  return {
    campaign: request.campaign,
    codebase: request.codebase,
    bucket,
    change_set: request.changeSet,
    offset: request.offset,
    estimated_duration: request.estimatedDuration,
    "queue-id": queueId,
    refresh: request.refresh,
  };
}

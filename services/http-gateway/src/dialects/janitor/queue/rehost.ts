import { type Reason, reasonOf } from "@switchyard/errors";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { itemError } from "../../../core/item-error.js";
import type { Core } from "../core-access.js";
import { dropMove, type Move, movesBegunBefore, noteMove } from "../documents/moves.js";
import { hostLabel } from "../names.js";
import { waitingItemsOf, waitingStates } from "./open-items.js";
import { sameAgain } from "./same-again.js";
import { submitSpecs } from "./submit.js";

/** A move takes two calls; one that is so old was begun by a gateway that has died, or could not reach the core. */
const abandonedMs = 30_000;

/**
 * Moves the waiting items of a codebase to another host, so that limits of that host hold for them. The host is part of what
 * a job is submitted with, so each item is made anew at the same place of the order, under another queue id.
 *
 * @param host undefined for a codebase that has no branch any more
 */
export async function moveToHost(core: Core, codebase: string, host: string | undefined): Promise<void> {
  const items = await waitingItemsOf(core, codebase);
  for (const item of items) {
    if (hostOfItem(item) === host) continue;
    const move = { jobId: item.id, spec: sameAgain(core, item, host) };
    // Noted first, so that an item is not lost with whoever takes it out.
    if (!(await noteMove(core, move))) continue;
    if ((await takeOut(core, move)) === "taken") await putBack(core, move);
    await dropMove(core, move);
  }
}

/** Ends the moves that others have begun and not ended. */
export async function endAbandonedMoves(core: Core): Promise<void> {
  for (const move of await movesBegunBefore(core, Date.now() - abandonedMs)) {
    // One that is gone was taken out for this move; if it was put back, too, that is not done again.
    if ((await takeOut(core, move)) !== "kept") await putBack(core, move);
    await dropMove(core, move);
  }
}

/** The host that an item was queued for. */
export function hostOfItem({ spec }: Pick<Job, "spec">): string | undefined {
  return spec?.laneLabels[hostLabel];
}

const claimed: ReadonlySet<Reason> = new Set<Reason>(["WRONG_STATE", "ALREADY_FINISHED"]);

/** Takes an item out of the queue. `kept`: somebody has claimed it meanwhile; the assignment looks at the host again. */
async function takeOut(core: Core, { jobId }: Move): Promise<"taken" | "gone" | "kept"> {
  const { namespace } = core.config;
  const { results } = await core.core.jobs.deleteJobs({ namespace, jobIds: [jobId], expectedStates: waitingStates });
  const refused = results[0] === undefined ? undefined : itemError(results[0]);
  if (refused === undefined) return "taken";
  if (claimed.has(reasonOf(refused))) return "kept";
  if (reasonOf(refused) === "JOB_NOT_FOUND") return "gone";
  throw refused;
}

async function putBack(core: Core, { jobId, spec }: Move): Promise<void> {
  await submitSpecs(core, [spec], { requestId: `rehost:${jobId}` });
}

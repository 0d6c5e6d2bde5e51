import { reasonOf } from "@switchyard/errors";
import type { Core } from "../core-access.js";
import { branchHolders, findCodebases, putCodebases } from "../documents/codebases.js";
import { badRequest, type JanitorError } from "../errors.js";
import { fewAtATime } from "../few-at-a-time.js";
import { moveToHost } from "../queue/rehost.js";
import { branchKeyOf, type Codebase, codebaseKey, hostOf } from "./codebase.js";

/** Codebases whose queue items are moved at the same time. */
const movesAtOnce = 8;

/**
 * Keeps the codebases of an upload; of two entries of one key the later one stands. Waiting items of codebases that are on
 * another host now go with them.
 *
 * @throws JanitorError 400 when two codebases would have the same URL and subpath; nothing is kept then
 */
export async function uploadCodebases(core: Core, uploaded: readonly Codebase[]): Promise<void> {
  const codebases = new Map(uploaded.map((codebase) => [codebaseKey(codebase), codebase]));
  const [before] = await Promise.all([findCodebases(core, [...codebases.keys()]), checkBranches(core, codebases)]);
  await putCodebases(core, codebases).catch((error: unknown) => {
    // Somebody else has taken it since the check.
    throw reasonOf(error) === "ALREADY_EXISTS" ? takenBranch() : error;
  });
  const moved = [...codebases.values()].filter((codebase) => hasMoved(before, codebase));
  await fewAtATime(moved, movesAtOnce, ({ name, branch_url }) => moveToHost(core, name ?? "", hostOf(branch_url)));
}

/** Nothing waits for codebases without names, or for such as are new. */
function hasMoved(before: ReadonlyMap<string, Codebase>, { name, branch_url }: Codebase): boolean {
  const known = name === null ? undefined : before.get(name);
  return known !== undefined && hostOf(known.branch_url) !== hostOf(branch_url);
}

async function checkBranches(core: Core, codebases: ReadonlyMap<string, Codebase>): Promise<void> {
  const wanted = new Map<string, Codebase>();
  for (const codebase of codebases.values()) {
    const branchKey = branchKeyOf(codebase);
    if (branchKey === undefined) continue;
    if (wanted.has(branchKey)) throw takenBranch(codebase);
    wanted.set(branchKey, codebase);
  }
  for (const [branchKey, holder] of await branchHolders(core, [...wanted.keys()])) {
    // A holder that the upload has, too, is about to be somewhere else.
    if (!codebases.has(holder)) throw takenBranch(wanted.get(branchKey));
  }
}

function takenBranch(codebase?: Codebase): JanitorError {
  const name = codebase?.name ?? codebase?.branch_url ?? "a codebase";
  return badRequest(`${name} has the URL and subpath of another codebase`);
}

import type { Core } from "../core-access.js";
import { allRuns, getRun, getRuns, has } from "../documents/runs.js";
import { anyOf } from "../documents/shared.js";

/** Generations that are followed. */
const mostGenerations = 10;

/** The runs that a run goes back to, the oldest first; undefined for a run that there is not. */
export async function ancestorsOf(core: Core, runId: string): Promise<string[] | undefined> {
  const run = await getRun(core, runId);
  if (run === undefined) return undefined;
  const chain: string[] = [];
  let parent = run.resume_from;
  while (parent !== null && chain.length < mostGenerations && !chain.includes(parent)) {
    chain.unshift(parent);
    parent = (await getRun(core, parent))?.resume_from ?? null;
  }
  return chain;
}

/** The runs that go back to a run: generation by generation, in each by id. */
export async function descendantsOf(core: Core, runId: string): Promise<string[]> {
  const found = new Set<string>();
  let generation = [runId];
  for (let depth = 0; depth < mostGenerations && generation.length > 0; depth += 1) {
    const children: string[] = [];
    for (let from = 0; from < generation.length; from += 1000) {
      const parents = generation.slice(from, from + 1000);
      for await (const { id } of allRuns(core, [anyOf("resume_from", parents)]))
        if (id !== runId && !found.has(id)) children.push(id);
    }
    generation = children.sort();
    for (const id of generation) found.add(id);
  }
  return [...found];
}

/** Codes of runs that can be gone on from. */
const resumable: ReadonlySet<string> = new Set(["success", "nothing-new-to-do"]);

/** What is wrong with runs that say that they resumed from another. */
export async function resumeFaults(core: Core): Promise<string[]> {
  const faults: string[] = [];
  let batch: { readonly id: string; readonly parent: string }[] = [];
  const checkBatch = async () => {
    const parents = await getRuns(core, [...new Set(batch.map(({ parent }) => parent))]);
    for (const { id, parent } of batch) {
      if (!resumable.has(parents.get(parent)?.code ?? ""))
        faults.push(`Run ${id} has invalid resume_from: Some("${parent}")`);
    }
    batch = [];
  };
  for await (const { id, resume_from: parent } of allRuns(core, [has("resume_from")])) {
    if (parent !== null) batch.push({ id, parent });
    if (batch.length === 1000) await checkBatch();
  }
  await checkBatch();
  return faults;
}

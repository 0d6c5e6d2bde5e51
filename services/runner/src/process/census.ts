import { readFile } from "node:fs/promises";
import type { ProcessStat } from "./usage/process-stat.js";
import type { ProcessTable } from "./usage/process-table.js";

/** The live processes of a moment, by what they belong to. Zombies are left out. */
export interface Census {
  /** Those of a process group or session. */
  inGroup(id: number): readonly number[];
  /** Those that carry an attempt in their environment, as far as they are in none of the groups that the table watches. */
  carrying(jobId: string, attempt: number): readonly number[];
}

/** Makes a function that settles with a census of after the call. All who ask of the same reading share it: hundreds of groups that are stopped at once cost what one does. */
export function createCensus(table: ProcessTable): () => Promise<Census> {
  let last: { readonly stats: readonly ProcessStat[]; readonly census: Promise<Census> } | undefined;
  return async () => {
    const stats = await table.read(0);
    if (last?.stats !== stats) last = { stats, census: takeCensus(stats, table.leaders) };
    return last.census;
  };
}

async function takeCensus(stats: readonly ProcessStat[], watched: ReadonlySet<number>): Promise<Census> {
  const byGroup = new Map<number, number[]>();
  const byAttempt = new Map<string, number[]>();
  for (const { id, state, group, session } of stats) {
    if (state === "Z" || state === "X") continue;
    for (const one of new Set([group, session])) add(byGroup, one, id);
    if (watched.has(group) || watched.has(session)) continue;
    const attempt = await attemptOf(id);
    if (attempt !== undefined) add(byAttempt, attempt, id);
  }
  return {
    inGroup: (id) => byGroup.get(id) ?? [],
    carrying: (jobId, attempt) => byAttempt.get(`${jobId}\0${attempt}`) ?? [],
  };
}

function add<Key>(map: Map<Key, number[]>, key: Key, id: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [id]);
  else known.push(id);
}

/** The attempt that a process carries in its environment; undefined when it carries none, or is gone, or somebody else's. */
async function attemptOf(id: number): Promise<string | undefined> {
  const environment = await readFile(`/proc/${id}/environ`, "latin1").catch(() => "");
  const job = /(?:^|\0)SWITCHYARD_JOB_ID=([^\0]*)\0/.exec(environment)?.[1];
  const attempt = /(?:^|\0)SWITCHYARD_ATTEMPT=([^\0]*)\0/.exec(environment)?.[1];
  return job === undefined || attempt === undefined ? undefined : `${job}\0${attempt}`;
}

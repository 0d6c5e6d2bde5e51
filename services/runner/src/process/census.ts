import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { processIdsSince } from "./process-ids.js";
import { readProcessStat } from "./usage/process-stat.js";

/** The live processes of a moment, by what they belong to. Zombies are left out. */
export interface Census {
  /** Those of a process group or session. */
  inGroup(id: number): readonly number[];
  /** Those that carry an attempt in their environment, as far as they are in none of the groups that were asked about. */
  carrying(jobId: string, attempt: number): readonly number[];
}

/** Takes censuses for whoever asks. */
export interface CensusTaker {
  /**
   * Settles with a census that was begun after the call. Calls that come while one is taken share the next: hundreds of groups that are stopped at once cost what one does.
   *
   * @param group id of the leader; only it and younger processes are looked at, since nothing older can be its child
   */
  next(group: number): Promise<Census>;
}

/** So many processes are looked at before other work gets its turn. */
const batch = 32;

/** Makes a taker of censuses. */
export function createCensusTaker(): CensusTaker {
  let asked = new Set<number>();
  let waiting: Promise<Census> | undefined;
  let running: Promise<Census> | undefined;

  async function begin(): Promise<Census> {
    await running;
    const groups = asked;
    asked = new Set();
    waiting = undefined;
    running = takeCensus(groups);
    return running;
  }

  return {
    next(group) {
      asked.add(group);
      waiting ??= begin();
      return waiting;
    },
  };
}

async function takeCensus(groups: ReadonlySet<number>): Promise<Census> {
  const byGroup = new Map<number, number[]>();
  const byAttempt = new Map<string, number[]>();
  const ids = await processIdsSince(Math.min(...groups)).catch(() => []);
  for (const [at, id] of ids.entries()) {
    if (at % batch === batch - 1) await setImmediate();
    const stat = readProcessStat(id);
    if (stat === undefined || stat.state === "Z" || stat.state === "X") continue;
    for (const group of new Set([stat.group, stat.session])) add(byGroup, group, id);
    if (groups.has(stat.group) || groups.has(stat.session)) continue;
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

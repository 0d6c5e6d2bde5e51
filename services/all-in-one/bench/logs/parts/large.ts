import { setTimeout as sleep } from "node:timers/promises";
import { Samples } from "../../volume/measure/samples.js";
import { appendLines, fillLog, linesOf, newLog, refOf } from "../lines.js";
import type { LogProcess } from "../log-process.js";

const tries = 20;

/** Opening the tail of a large log, reading a thousand lines from its middle, and searching a log of a million lines; ms. */
export async function measureLarge(store: LogProcess, lines: number) {
  const jobId = newLog();
  await fillLog(store, jobId, lines);
  const open = new Samples();
  for (let n = 0; n < tries; n++) {
    const ending = new AbortController();
    await open.time(async () => {
      const tail = store.logs.tailLog({ stream: refOf(jobId), last: 100 }, { signal: ending.signal });
      for await (const { records } of tail) if (records.length > 0) break;
    });
    ending.abort();
  }
  const middle = new Samples();
  for (let n = 0; n < tries; n++) {
    const from = { case: "fromSequence" as const, value: BigInt(Math.floor(Math.random() * (lines - 1_000))) };
    await middle.time(async () => {
      const { records } = await store.logs.readLog({ stream: refOf(jobId), from, pageSize: 1_000 });
      if (records.length !== 1_000) throw new Error(`${records.length} lines instead of 1,000`);
    });
  }
  return { lines, openTailMs: summary(open), readMiddleMs: summary(middle), memory: await store.memory() };
}

/** Time to the first match, and to the end, of a search for a word that each 50,000th line has; ms. */
export async function measureSearch(store: LogProcess, lines: number) {
  const jobId = newLog();
  await fillLog(store, jobId, lines);
  // Of a million lines only one has this number, three quarters behind the beginning.
  const regex = await timeSearch(store, jobId, { regex: "^[0-9]*777777 " });
  const text = await timeSearch(store, jobId, { contains: "777777 " });
  return {
    lines,
    regexFirstMs: summary(regex.first),
    regexWholeMs: summary(regex.whole),
    textFirstMs: summary(text.first),
    textWholeMs: summary(text.whole),
    memory: await store.memory(),
  };
}

/** Five searches: how long until the first match came, and until the end. */
async function timeSearch(store: LogProcess, jobId: string, filter: { regex: string } | { contains: string }) {
  const first = new Samples();
  const whole = new Samples();
  for (let n = 0; n < 5; n++) {
    const begunAt = performance.now();
    let found = 0;
    for await (const { records } of store.logs.searchLogs({ stream: refOf(jobId), filter })) {
      if (found === 0 && records.length > 0) first.values.push(performance.now() - begunAt);
      found += records.length;
    }
    whole.values.push(performance.now() - begunAt);
    if (found === 0) throw new Error("the search found nothing");
  }
  return { first, whole };
}

/** Memory while a follower opens a log and never reads, and a producer writes as fast as it can. */
export async function measureStuckFollower(store: LogProcess, seconds: number) {
  const jobId = newLog();
  await appendLines(store, jobId, 0, linesOf(0, 1));
  const ending = new AbortController();
  const tail = store.logs.tailLog({ stream: refOf(jobId), fromSequence: 0n }, { signal: ending.signal });
  const iterator = tail[Symbol.asyncIterator]();
  await iterator.next();
  const endsAt = performance.now() + seconds * 1_000;
  for (let next = 1; performance.now() < endsAt; next += 640) await appendLines(store, jobId, next, linesOf(next, 640));
  await sleep(500);
  const memory = await store.memory();
  ending.abort();
  await iterator.next().catch(() => undefined);
  return { memory };
}

function summary(samples: Samples) {
  return { p50: Number(samples.quantile(0.5).toFixed(1)), longest: Number(samples.longest.toFixed(1)) };
}

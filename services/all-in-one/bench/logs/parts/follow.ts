import { setTimeout as sleep } from "node:timers/promises";
import { startProcess } from "@switchyard/testkit";
import { Samples } from "../../volume/measure/samples.js";
import { appendLines, linesOf, newLog, refOf } from "../lines.js";
import type { LogProcess } from "../log-process.js";

/** How long one produces before anything is measured, ms. */
const warmUpMs = 3_000;
/** How often a producer at a fixed rate appends, ms. */
const everyMs = 10;

/** Time from an append to its follower at a rate of lines, ms: one producer, one follower. */
export async function measureFollower(store: LogProcess, linesPerSecond: number, seconds: number) {
  const jobId = newLog();
  const each = Math.round((linesPerSecond * everyMs) / 1_000);
  const delays = new Samples();
  await appendLines(store, jobId, 0, linesOf(0, 1));
  const ending = new AbortController();
  const following = (async () => {
    const tail = store.logs.tailLog({ stream: refOf(jobId), fromSequence: 1n }, { signal: ending.signal });
    for await (const { records } of tail) {
      const now = performance.now();
      for (const { entry } of records) {
        const sentAt = /@(\d+\.\d+)/.exec(entry?.message ?? "")?.[1];
        if (sentAt !== undefined) delays.values.push(now - Number(sentAt));
      }
    }
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  await sleep(200);
  // Both processes have just begun: what they do for the first time is not what is measured.
  const warmUp = warmUpMs / everyMs;
  await produceAtRate(store, jobId, { each, rounds: warmUp, from: 1 });
  delays.values.length = 0;
  await produceAtRate(store, jobId, { each, rounds: (seconds * 1_000) / everyMs, from: 1 + warmUp * each });
  await sleep(500);
  ending.abort();
  await following;
  return {
    lines: delays.values.length,
    p50: Number(delays.quantile(0.5).toFixed(2)),
    p99: Number(delays.quantile(0.99).toFixed(2)),
    longest: Number(delays.longest.toFixed(1)),
  };
}

/** Appends a batch every 10 ms, whether those before are durable or not; returns how long an append took, ms. */
async function produceAtRate(
  store: LogProcess,
  jobId: string,
  { each, rounds, from }: { readonly each: number; readonly rounds: number; readonly from: number },
): Promise<Samples> {
  const took = new Samples();
  const begunAt = performance.now();
  let last = Promise.resolve();
  for (let round = 0; round < rounds; round++) {
    await sleep(Math.max(0, begunAt + round * everyMs - performance.now()));
    const first = from + round * each;
    const lines = linesOf(first, each, `@${performance.now().toFixed(3)}`);
    // Several are under way, and may change places on theirs.
    const mine = took.time(() => appendLines(store, jobId, undefined, lines));
    last = Promise.all([last, mine]).then(() => undefined);
  }
  await last;
  return took;
}

/** What a producer at a fixed rate reaches with so many followers of its log, and without any, and how long its appends take. */
export async function measureManyFollowers(store: LogProcess, followers: number, seconds: number) {
  const alone = await produceInTurn(store, newLog(), seconds);
  const jobId = newLog();
  await appendLines(store, jobId, 0, linesOf(0, 1));
  const readers = await startFollowers(store, jobId, followers);
  await sleep(3_000);
  const before = readers.bytes();
  const followed = await produceInTurn(store, jobId, seconds, 1);
  await sleep(3_000);
  const received = (readers.bytes() - before) / followers;
  const memory = await store.memory();
  await readers.stop();
  const whole = await startFollowers(store, jobId, 1);
  await sleep(2_000);
  const all = whole.bytes();
  await whole.stop();
  return {
    ratio: Number((followed.linesPerSecond / alone.linesPerSecond).toFixed(3)),
    linesPerSecond: Math.round(followed.linesPerSecond),
    appendMsAlone: alone.appendMs,
    appendMsFollowed: followed.appendMs,
    deliveredShare: Number((received / all).toFixed(3)),
    memoryMiB: memory.now,
  };
}

/** A build that writes 2,000 lines a second, one append after the other; it loses time that it has to wait longer for them. */
async function produceInTurn(store: LogProcess, jobId: string, seconds: number, from = 0) {
  const each = 100;
  const took = new Samples();
  const begunAt = performance.now();
  let lines = 0;
  while (performance.now() - begunAt < seconds * 1_000) {
    await took.time(() => appendLines(store, jobId, from + lines, linesOf(from + lines, each)));
    lines += each;
    await sleep(Math.max(0, begunAt + (lines / 2_000) * 1_000 - performance.now()));
  }
  const at = (quantile: number) => Number(took.quantile(quantile).toFixed(1));
  return { linesPerSecond: lines / seconds, appendMs: { p50: at(0.5), p99: at(0.99) } };
}

/** Followers in a process of their own; `bytes` is what they got so far. */
async function startFollowers({ address }: LogProcess, jobId: string, count: number) {
  const program = "services/all-in-one/bench/logs/processes/followers.ts";
  const process = await startProcess(program, {}, [address, jobId, String(count)]);
  return {
    bytes: () => Number(/received (\d+)$/.exec(process.output())?.[1] ?? 0),
    stop: () => process.end("SIGKILL"),
  };
}

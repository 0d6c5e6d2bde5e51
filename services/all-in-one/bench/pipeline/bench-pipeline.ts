import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRunner, type JobContext } from "@switchyard/client";
import { quantile, report, startBenchSystem } from "../bench-system.js";
import { startGatewayProcess } from "../gateway-process.js";
import type { ReadersOrder, ReadersReport } from "./readers.js";

const secret = "bench-0123456789abcdef";
const runCount = 20;
const lineEveryMs = 100;
const kickoffs = 200;

/** How long lines take to very many readers, what memory that costs the gateway, and how long a kickoff takes meanwhile. */
export async function benchPipeline(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { followers: { type: "string" }, pollers: { type: "string" }, seconds: { type: "string" } },
  });
  const { followers = "1000", pollers = "200", seconds = "20" } = values;
  // Limits of concurrency are set by every gateway: both get the same.
  const settings = { RUNNER_API_SECRET: secret, PIPELINE_OPERATION_CONCURRENCY: String(runCount + 1) };
  const { system, stop } = await startBenchSystem({ MANAGED_RUNNERS: "0", PIPELINE_WORKER: "off", ...settings });
  const gateway = await startGatewayProcess(system.addresses.grpc, settings);
  const worker = createRunner({
    ...{ transport: system.transport, namespace: "pipeline", name: "bench", kinds: ["*"], slots: runCount },
    execute: talk,
  });
  const base = `${gateway.url}/pipeline`;
  try {
    report("kickoff without readers, ms", await timeKickoffs(base));
    await worker.start();
    const runs = await Promise.all([...Array(runCount)].map(() => start(base, "talking")));
    const order: ReadersOrder = {
      ...{ base, secret, runs, followers: Number(followers), pollers: Number(pollers), seconds: Number(seconds) },
    };
    const before = await gateway.usage();
    let memoryMib = before.memoryMib;
    const memory = setInterval(() => {
      void gateway.usage().then((now) => (memoryMib = Math.max(memoryMib, now.memoryMib)));
    }, 250);
    const begun = performance.now();
    const readers = readRuns(order);
    await readers.complete;
    report("kickoff beside readers, ms", await timeKickoffs(base));
    const { followed, polled } = await readers.told;
    clearInterval(memory);
    const { cpuSeconds } = await gateway.usage();
    const facts = {
      followers: order.followers,
      pollers: order.pollers,
      gateway_memory_mib: memoryMib,
      gateway_memory_before_mib: before.memoryMib,
      gateway_cores_used: Number(((cpuSeconds - before.cpuSeconds) / ((performance.now() - begun) / 1000)).toFixed(2)),
    };
    report("run readers: follower lag, ms", { ...facts, ...spread(followed), lines: followed.length });
    report("run readers: poller lag, ms", { ...facts, ...spread(polled), lines: polled.length });
  } finally {
    await worker.stop();
    await gateway.stop();
    await stop();
  }
}

/** A job that says the time until it is stopped; all others say nothing. */
async function talk({ lease, log, progress, signal }: JobContext): Promise<unknown> {
  if (lease.subject !== "talking") return {};
  progress({ steps: [{ name: "talk", status: "processing", message: "talking" }] });
  while (!signal.aborted) {
    log().info(String(process.hrtime.bigint()));
    await sleep(lineEveryMs, undefined, { signal }).catch(() => undefined);
  }
  return {};
}

async function start(base: string, posting: string): Promise<string> {
  const headers = { authorization: `Bearer ${secret}` };
  const answer = await fetch(`${base}/api/jobs/${posting}/all-ops/start`, { method: "POST", headers, body: "{}" });
  return ((await answer.json()) as { readonly run_id: string }).run_id;
}

async function timeKickoffs(base: string) {
  const times: number[] = [];
  for (let index = 0; index < kickoffs; index += 1) {
    const begun = performance.now();
    await start(base, "silent");
    times.push(performance.now() - begun);
  }
  return { kickoffs, ...spread(times) };
}

function readRuns(order: ReadersOrder) {
  const child = fork(fileURLToPath(new URL("./readers.ts", import.meta.url)), { serialization: "advanced" });
  child.send(order);
  const complete = once(child, "message");
  const told = complete.then(() => once(child, "message")).then(([report]) => report as ReadersReport);
  return { complete, told };
}

function spread(values: readonly number[]) {
  const at = (share: number) => Number(quantile(values, share).toFixed(2));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

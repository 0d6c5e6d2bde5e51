import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createRunner, type Runner } from "@switchyard/client";
import { processCpu } from "../scheduler/measure/cpu-time.js";
import { startBenchServer } from "../scheduler/database/bench-server.js";
import { machineLoad } from "../volume/measure/samples.js";
import { startCoreProcesses } from "./core-processes.js";
import { measureLostRunners } from "./lost-runners.js";

const namespace = "bench";
const usage = "npm run bench -- runners [--only load,lost] [--runners 1000] [--slots 10] [--seconds 30] [--rounds 3]";

/**
 * Measures what connected runners cost one gateway: memory of each, statements and processor time while none has work, and how long it takes to hand a job to
 * every slot; then how long work of a lost runner takes to go elsewhere. A line of JSON for each round goes to standard output.
 */
export async function benchRunners(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", default: "load,lost" },
      runners: { type: "string", default: "1000" },
      slots: { type: "string", default: "10" },
      seconds: { type: "string", default: "30" },
      rounds: { type: "string", default: "3" },
    },
  });
  const [runners, slots, seconds, rounds] = [values.runners, values.slots, values.seconds, values.rounds].map(Number);
  if (![runners, slots, seconds, rounds].every((value) => Number.isInteger(value) && Number(value) > 0)) {
    process.stderr.write(`${usage}\n`);
    process.exitCode = 1;
    return;
  }
  const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const parts = values.only.split(",");
  for (let round = 1; round <= Number(rounds); round++) {
    if (parts.includes("load"))
      print({
        part: "load",
        round,
        runners,
        slots,
        ...(await measureOnce(Number(runners), Number(slots), Number(seconds))),
      });
    if (parts.includes("lost"))
      print({ part: "lost", round, load: await machineLoad(), ...(await measureLostRunners()) });
  }
}

async function measureOnce(count: number, slots: number, seconds: number) {
  const server = await startBenchServer(256);
  const core = await startCoreProcesses(await server.createDatabase("runners"));
  const { client, gateway } = core;
  const runners: Runner[] = [];
  const load = await machineLoad();
  try {
    const handed = createCounter();
    await sleep(5_000);
    const before = await residentMiB(gateway.pid);
    for (let n = 0; n < count; n++) {
      const runner = createRunner({
        ...{ client, namespace, name: `runner-${n}`, kinds: ["bench.hold"], slots },
        execute: handed.hold,
      });
      runners.push(runner);
    }
    await Promise.all(runners.map((runner) => runner.start()));
    // Until every call is held, and what the start has left is collected.
    await sleep(30_000);
    const after = await residentMiB(gateway.pid);
    const cpuBefore = await processCpu(gateway.pid);
    const statements = await server.countStatements(seconds);
    const cpu = ((await processCpu(gateway.pid)) - cpuBefore) / 1_000;

    // All wait before the first is handed out.
    await client.queues.pauseQueue({ namespace, name: "default" });
    const jobs = count * slots;
    for (let at = 0; at < jobs; at += 1_000) {
      const items = Array.from({ length: Math.min(1_000, jobs - at) }, () => ({ spec: { kind: "bench.hold" } }));
      await client.jobs.submitJobs({ namespace, items });
    }
    const begunAt = performance.now();
    await client.queues.resumeQueue({ namespace, name: "default" });
    await handed.reached(jobs);
    const handedOutMs = performance.now() - begunAt;
    const busy = await residentMiB(gateway.pid);
    handed.release();
    await handed.done(jobs);
    return {
      load,
      kibPerRunner: Math.round(((after - before) * 1_024) / count),
      idleMiB: Math.round(after),
      busyMiB: Math.round(busy),
      statementsPerSecond: Number((statements / seconds).toFixed(1)),
      idleGatewayCpuMsPerSecond: Number((cpu / (seconds + 2)).toFixed(1)),
      jobs,
      handedOutMs: Math.round(handedOutMs),
    };
  } finally {
    await Promise.all(runners.map((runner) => runner.stop(0)));
    await core.stop();
    await server.stop();
  }
}

/** Counts jobs that were handed to a handler, and holds them until they are released. */
function createCounter() {
  let begun = 0;
  let ended = 0;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const until = async (isReached: () => boolean) => {
    while (!isReached()) await sleep(1);
  };
  return {
    hold: async () => {
      begun += 1;
      await released;
      ended += 1;
    },
    release: () => release(),
    reached: (count: number) => until(() => begun >= count),
    done: (count: number) => until(() => ended >= count),
  };
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024;
}

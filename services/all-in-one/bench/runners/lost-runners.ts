import { createRunner, jsonPayload, type Runner } from "@switchyard/client";
import { createTcpProxy, eventually, startProcess } from "@switchyard/testkit";
import { startBenchServer } from "../scheduler/database/bench-server.js";
import { type CoreProcesses, startCoreProcesses } from "./core-processes.js";

const namespace = "bench";
const jobs = 5;
/** Lease of the jobs, ms: its default where a connection dies, a short one where a process does. */
const leaseMs = { halfOpen: 30_000, killed: 5_000 };

/** How long it takes until the work of a lost runner is begun elsewhere, and until a runner that was cut off has stopped its own; ms. */
export async function measureLostRunners() {
  const server = await startBenchServer(256);
  const core = await startCoreProcesses(await server.createDatabase("runners"));
  try {
    return {
      killed: await measureKilled(core),
      halfOpenUp: await measureHalfOpen(core, "up"),
      halfOpenDown: await measureHalfOpen(core, "down"),
    };
  } finally {
    await core.stop();
    await server.stop();
  }
}

/** Submits jobs that a runner is to begin, and waits until it has. */
async function submit({ client }: CoreProcesses, kind: string, lease: number, begun: () => number) {
  const items = Array.from({ length: jobs }, () => ({
    spec: {
      kind,
      input: jsonPayload({ command: ["sleep", "600"] }),
      policies: { lease: { seconds: BigInt(lease / 1_000) } },
    },
  }));
  await client.jobs.submitJobs({ namespace, items });
  await eventually(() => {
    if (begun() < jobs) throw new Error(`${begun()} of ${jobs} jobs have begun`);
  });
}

/** A runner that takes over; settles when it has begun all jobs. */
function startSecond(
  { client }: CoreProcesses,
  kind: string,
): { readonly runner: Runner; readonly taken: Promise<number> } {
  let begun = 0;
  let settle: (at: number) => void = () => undefined;
  const taken = new Promise<number>((resolve) => {
    settle = resolve;
  });
  const runner = createRunner({
    ...{ client, namespace, name: "second", kinds: [kind], slots: jobs },
    execute: () => {
      begun += 1;
      if (begun === jobs) settle(performance.now());
    },
  });
  return { runner, taken };
}

async function measureKilled(core: CoreProcesses) {
  const first = await startProcess("services/runner/src/main.ts", {
    ...{ RUNNER_GATEWAY_ADDRESS: core.gatewayAddress, RUNNER_NAMESPACE: namespace },
    ...{ RUNNER_SLOTS: String(jobs), LOG_LEVEL: "info" },
  });
  await first.line(/registered/);
  await submit(core, "shell.run", leaseMs.killed, () => jobs);
  await eventually(async () => {
    const { runners } = await core.client.fleet.listRunners({ namespace });
    const held = runners.reduce(
      (sum, runner) => sum + runner.held.filter(({ startTime }) => startTime !== undefined).length,
      0,
    );
    if (held < jobs) throw new Error(`${held} jobs have begun`);
  });
  const { runner, taken } = startSecond(core, "shell.run");
  await runner.start();
  await first.end("SIGKILL");
  const killedAt = performance.now();
  const afterMs = Math.round((await taken) - killedAt);
  await runner.stop(0);
  return { leaseMs: leaseMs.killed, takenOverAfterMs: afterMs };
}

async function measureHalfOpen(core: CoreProcesses, direction: "up" | "down") {
  const kind = `bench.half-open-${direction}`;
  const [host, port] = core.gatewayAddress.split(":") as [string, string];
  const proxy = await createTcpProxy({ target: { host, port: Number(port) } });
  let begun = 0;
  let stopped = 0;
  let stoppedAt = 0;
  const first = createRunner({
    // By its address, so that the thread that keeps leases is there too.
    ...{ address: `127.0.0.1:${proxy.port}`, namespace, name: "first", kinds: [kind], slots: jobs },
    execute: ({ signal }) =>
      new Promise<void>((resolve) => {
        begun += 1;
        signal.addEventListener("abort", () => {
          stopped += 1;
          stoppedAt = performance.now();
          resolve();
        });
      }),
  });
  await first.start();
  await submit(core, kind, leaseMs.halfOpen, () => begun);
  const { runner, taken } = startSecond(core, kind);
  await runner.start();
  proxy.swallow(direction);
  const cutAt = performance.now();
  const takenAt = await taken;
  await eventually(() => {
    if (stopped < jobs) throw new Error(`${stopped} handlers were stopped`);
  });
  await runner.stop(0);
  await first.stop(0);
  await proxy.close();
  return {
    leaseMs: leaseMs.halfOpen,
    runnerStoppedAfterMs: Math.round(stoppedAt - cutAt),
    takenOverAfterMs: Math.round(takenAt - cutAt),
  };
}

import { createRunner } from "@switchyard/client";
import { quantile, report, startBenchSystem } from "./bench-system.js";

const jobs = 2_000;
const submitters = 64;

/**
 * Single submits from many callers of one client, and their way through one runner to the end, over real sockets. A first figure of
 * the whole path; it is no comparison with other systems.
 */
export async function benchSubmitToEnd(): Promise<void> {
  const { client, stop } = await startBenchSystem({ MANAGED_RUNNERS: "0" });
  try {
    let done = 0;
    let finish: (() => void) | undefined;
    const all = new Promise<void>((resolve) => (finish = resolve));
    const startedAt = new Map<number, number>();
    const waits: number[] = [];
    const runner = createRunner({
      client,
      namespace: "bench",
      name: "bench",
      slots: 200,
      kinds: ["bench.nothing"],
      execute: async ({ lease }) => {
        waits.push(performance.now() - (startedAt.get(Number(lease.subject)) ?? 0));
        if (++done === jobs) finish?.();
      },
    });
    await runner.start();
    let next = 0;
    const begunAt = performance.now();
    const submitOne = async () => {
      for (let n = next++; n < jobs; n = next++) {
        startedAt.set(n, performance.now());
        await client.submit("bench", { kind: "bench.nothing", subject: String(n) });
      }
    };
    await Promise.all(Array.from({ length: submitters }, submitOne));
    const submittedMs = performance.now() - begunAt;
    await all;
    const endedMs = performance.now() - begunAt;
    await runner.stop(1_000);
    report("single submits with a runner beside them, jobs/s", {
      jobs,
      submitters,
      submitted_per_s: Math.round((jobs / submittedMs) * 1_000),
      started_per_s: Math.round((jobs / endedMs) * 1_000),
      submit_to_start_p50_ms: Number(quantile(waits, 0.5).toFixed(2)),
    });
  } finally {
    await stop();
  }
}

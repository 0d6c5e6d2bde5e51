import { jsonPayload } from "@switchyard/client";
import { quantile, report, startBenchSystem } from "./bench-system.js";

const lines = 500;
const everyMs = 20;

/**
 * How long a line that a job's process prints takes to reach a follower over gRPC: through the runner, the gateway's lease check, a durable
 * commit of the log store and the tail. Both ends read the machine's monotonic clock.
 */
export async function benchTail(): Promise<void> {
  const { client, stop } = await startBenchSystem({ MANAGED_RUNNERS: "1" });
  const program = `
    let n = 0;
    const timer = setInterval(() => {
      console.log(String(process.hrtime.bigint()));
      if (++n === ${lines}) clearInterval(timer);
    }, ${everyMs});`;
  try {
    const { jobId } = await client.submit("default", {
      kind: "shell.run",
      input: jsonPayload({ command: [process.execPath, "-e", program] }),
    });
    const delays: number[] = [];
    for await (const { entry } of client.followLog({ namespace: "default", jobId, attempt: 1, stream: "stdout" })) {
      delays.push(Number(process.hrtime.bigint() - BigInt(entry?.message ?? "0")) / 1e6);
    }
    if (delays.length !== lines) throw new Error(`${delays.length} of ${lines} lines arrived`);
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Number(quantile(delays, share).toFixed(2)));
    report("live tail, child prints to gRPC follower receives, ms", { lines, every_ms: everyMs, p50, p99, max });
  } finally {
    await stop();
  }
}

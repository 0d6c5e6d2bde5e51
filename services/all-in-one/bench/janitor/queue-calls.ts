import { performance } from "node:perf_hooks";
import { quantile, report, startBenchSystem } from "../bench-system.js";

const calls = 300;
const batch = 1_000;

/** Queues very many items through the dialect, and measures the calls that workers and people make. */
export async function benchQueueCalls(count: number): Promise<void> {
  const bench = await startBenchSystem({ MANAGED_RUNNERS: "0" });
  try {
    const base = `http://${bench.system.addresses.http}/janitor`;
    const nameOf = (number: number) => `codebase-${number}`;
    for (let first = 0; first < count; first += batch) {
      const names = Array.from({ length: Math.min(batch, count - first) }, (_, index) => nameOf(first + index));
      await send(
        base,
        "POST",
        "/codebases",
        names.map((name) => ({ name, branch_url: `https://git.example/${name}` })),
      );
      await send(
        base,
        "POST",
        "/candidates",
        names.map((codebase) => ({ codebase, campaign: "lintian-fixes" })),
      );
    }
    const random = () => nameOf(Math.floor(Math.random() * count));
    const measures: Readonly<Record<string, () => Promise<void>>> = {
      position: () => send(base, "GET", `/queue/position?codebase=${random()}&campaign=lintian-fixes`),
      queue: () => send(base, "GET", "/queue?limit=100"),
      schedule: () =>
        send(base, "POST", "/schedule", { codebase: random(), campaign: "lintian-fixes", bucket: "manual" }),
      assign: () => send(base, "POST", "/active-runs", { worker: "bench" }),
      "position with runs": () => send(base, "GET", `/queue/position?codebase=${random()}&campaign=lintian-fixes`),
      "queue with runs": () => send(base, "GET", "/queue?limit=100"),
    };
    for (const [name, measure] of Object.entries(measures))
      report(`${name}, ms`, { items: count, ...(await timesOf(measure)) });
  } finally {
    await bench.stop();
  }
}

async function timesOf(measure: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  for (let warm = 0; warm < 30; warm += 1) await measure();
  const times: number[] = [];
  for (let turn = 0; turn < calls; turn += 1) {
    const begunAt = performance.now();
    await measure();
    times.push(performance.now() - begunAt);
  }
  const [p50 = 0, p99 = 0, max = 0] = [0.5, 0.99, 1].map((share) => Number(quantile(times, share).toFixed(2)));
  return { p50, p99, max };
}

async function send(base: string, method: string, path: string, body?: unknown): Promise<void> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${base}${path}`, { method, ...content });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 300)}`);
}

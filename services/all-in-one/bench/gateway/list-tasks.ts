import { performance } from "node:perf_hooks";
import { createRunner } from "@switchyard/client";
import { type BenchSystem, quantile, report } from "../bench-system.js";
import { openHttpConnection } from "./http-connection.js";
import { taskPath } from "./tasks.js";

const namespace = "task-executor";
const repeats = 100;
const batch = 1_000;

/** Queries that people and old clients make; each filter by itself, then some together. */
const queries: Readonly<Record<string, string>> = {
  newest: "limit=100",
  "a page far behind": "page=5000&page_size=100",
  pending: "status=pending&limit=100",
  completed: "status=completed&limit=100",
  cancelled: "status=cancelled&limit=100",
  "one problem": "problem_id=bench-7&limit=100",
  "a rare problem": "problem_id=rare&limit=100",
  "no problem": "problem_id=nobody&limit=100",
  "one worker": "worker_id=bench-worker&limit=100",
  "problem and status": "problem_id=bench-7&status=completed&limit=100",
  "last ended": "sort=-completed_at&limit=100",
};

/**
 * Fills the system with tasks of 97 problems and a rare one, has the oldest hundredth of them done, as a queue does, and
 * measures how long lists take.
 */
export async function benchListTasks(bench: BenchSystem, count: number): Promise<void> {
  await fill(bench, count);
  const connection = await openHttpConnection(bench.system.addresses.http);
  for (const [name, query] of Object.entries(queries)) {
    const times: number[] = [];
    for (let turn = 0; turn < repeats + 5; turn += 1) {
      const begunAt = performance.now();
      const status = await connection.send("GET", `${taskPath}?${query}`);
      if (status !== 200) throw new Error(`${query} was answered with ${status}`);
      if (turn >= 5) times.push(performance.now() - begunAt);
    }
    const [p50, p95, max] = [0.5, 0.95, 1].map((share) => Number(quantile(times, share).toFixed(1)));
    report(`list of tasks, ${name}, ms`, { tasks: count, query, p50, p95, max });
  }
  connection.close();
}

async function fill({ client }: BenchSystem, count: number): Promise<void> {
  const data = new TextEncoder().encode(
    '{"problem_id":"bench","parameters":{"max_steps":12,"timeout":90,"priority":5}}',
  );
  const input = { data, contentType: "application/json" };
  const kindOf = (number: number) => (number % 10_000 === 0 ? "rare" : `bench-${number % 97}`);
  let next = 0;
  const submit = async () => {
    while (next < count) {
      const first = next;
      next += batch;
      const numbers = Array.from({ length: Math.min(batch, count - first) }, (_, index) => first + index);
      const items = numbers.map((number) => ({ spec: { queue: "tasks", kind: kindOf(number), input } }));
      await client.jobs.submitJobs({ namespace, items });
    }
  };
  await Promise.all([submit(), submit(), submit(), submit()]);

  let left = Math.ceil(count / 100);
  let finish: (() => void) | undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const runner = createRunner({
    ...{ client, namespace, name: "bench", runnerId: "bench-worker", slots: 200, kinds: ["*"] },
    execute: async () => {
      left -= 1;
      if (left === 0) finish?.();
    },
  });
  await runner.start();
  await done;
  await runner.stop(5_000);
}

import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { BenchSystem } from "../bench-system.js";
import { report } from "../bench-system.js";
import { openHttpConnection } from "./http-connection.js";
import { taskInput, taskPath } from "./tasks.js";

const callers = 64;
const rounds = 3;

/**
 * Creates tasks one by one from 64 callers, over REST and over gRPC in turns: the same jobs in the same core, so the ratio
 * is what the dialect costs. The callers live in the process of the services, in both cases.
 *
 * @param count creations of one round
 */
export async function benchCreateTasks({ system, client }: BenchSystem, count: number): Promise<void> {
  const connections = await Promise.all(
    Array.from({ length: callers }, () => openHttpConnection(system.addresses.http)),
  );
  const body = JSON.stringify(taskInput);
  const overRest = async (caller: number) => {
    const status = await connections[caller]?.send("POST", taskPath, body);
    if (status !== 201) throw new Error(`a task was answered with ${status}`);
  };
  const input = { data: new TextEncoder().encode(body), contentType: "application/json" };
  const spec = { queue: "tasks", kind: taskInput.problem_id, input };
  const overGrpc = async () => {
    await client.jobs.submitJobs({ namespace: "task-executor", requestId: randomUUID(), items: [{ spec }] });
  };

  const rates: { readonly rest: number[]; readonly grpc: number[] } = { rest: [], grpc: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const rest = await rateOf(overRest, count);
    const grpc = await rateOf(overGrpc, count);
    // The first round warms up.
    if (round > 0) rates.rest.push(rest);
    if (round > 0) rates.grpc.push(grpc);
  }
  for (const connection of connections) connection.close();
  const [rest, grpc] = [middle(rates.rest), middle(rates.grpc)];
  report("task creation by 64 callers, tasks/s", {
    creations: count,
    rounds,
    rest_per_s: Math.round(rest),
    grpc_per_s: Math.round(grpc),
    ratio: Number((rest / grpc).toFixed(2)),
  });
}

/** Calls a second, all callers together. */
async function rateOf(call: (caller: number) => Promise<void>, count: number): Promise<number> {
  let next = 0;
  const begunAt = performance.now();
  const work = async (_: unknown, caller: number) => {
    while (next < count) {
      next += 1;
      await call(caller);
    }
  };
  await Promise.all(Array.from({ length: callers }, work));
  return (count / (performance.now() - begunAt)) * 1_000;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

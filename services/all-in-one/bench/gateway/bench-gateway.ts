import { parseArgs } from "node:util";
import { type BenchSystem, startBenchSystem } from "../bench-system.js";
import { benchCreateTasks } from "./create-tasks.js";
import { benchListTasks } from "./list-tasks.js";

const usage = "npm run bench -- gateway [--creations 10000] [--tasks 1000000]";

/** Measures the task executor's REST API: creation beside the same over gRPC, and lists of very many tasks. */
export async function benchGateway(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { creations: { type: "string", default: "10000" }, tasks: { type: "string", default: "1000000" } },
  });
  const [creations, tasks] = [Number(values.creations), Number(values.tasks)];
  if (!(creations > 0 && tasks > 0)) throw new Error(usage);
  // A database for each: the one's tasks are no part of the other's lists.
  const measures = [
    (bench: BenchSystem) => benchCreateTasks(bench, creations),
    (bench: BenchSystem) => benchListTasks(bench, tasks),
  ];
  for (const measure of measures) {
    const bench = await startBenchSystem({ MANAGED_RUNNERS: "0" });
    try {
      await measure(bench);
    } finally {
      await bench.stop();
    }
  }
}

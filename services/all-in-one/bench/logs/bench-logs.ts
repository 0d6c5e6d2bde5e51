import { parseArgs } from "node:util";
import { startBenchServer } from "../scheduler/database/bench-server.js";
import { machineLoad } from "../volume/measure/samples.js";
import { type LogProcess, startLogProcess } from "./log-process.js";
import { measureAppend } from "./parts/append.js";
import { measureFollower, measureManyFollowers } from "./parts/follow.js";
import { measureLarge, measureSearch, measureStuckFollower } from "./parts/large.js";

interface Sizes {
  readonly seconds: number;
  readonly large: number;
  readonly searched: number;
}

const parts: Readonly<Record<string, (store: LogProcess, sizes: Sizes) => Promise<object>>> = {
  append: (store, { seconds }) => measureAppend(store, 8, seconds),
  follower: (store, { seconds }) => measureFollower(store, 20_000, seconds),
  followers: (store, { seconds }) => measureManyFollowers(store, 1_000, seconds),
  large: (store, { large }) => measureLarge(store, large),
  search: (store, { searched }) => measureSearch(store, searched),
  stuck: (store, { seconds }) => measureStuckFollower(store, seconds),
};
const usage = `npm run bench -- logs [--only ${Object.keys(parts).join(",")}] [--rounds 3] [--seconds 10] [--large 10000000] [--searched 1000000]`;

/** Measures the log store: a process of its own for each part, on one PostgreSQL with full durability. A line of JSON for each part and round. */
export async function benchLogs(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", default: Object.keys(parts).join() },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "10" },
      large: { type: "string", default: "10000000" },
      searched: { type: "string", default: "1000000" },
    },
  });
  const wanted = values.only.split(",");
  const sizes = { seconds: Number(values.seconds), large: Number(values.large), searched: Number(values.searched) };
  if (wanted.some((name) => !(name in parts))) {
    process.stderr.write(`${usage}\n`);
    process.exitCode = 1;
    return;
  }
  const server = await startBenchServer(1_024);
  try {
    let databases = 0;
    for (const name of wanted) {
      // The large log is filled once; its readers are measured twenty times.
      const rounds = name === "large" ? 1 : Number(values.rounds);
      for (let round = 1; round <= rounds; round++) {
        const database = `logs_${++databases}`;
        const store = await startLogProcess(await server.createDatabase(database));
        const load = await machineLoad();
        const measured = await parts[name]?.(store, sizes);
        const memory = await store.memory();
        process.stdout.write(`${JSON.stringify({ part: name, round, load, ...measured, peakMiB: memory.peak })}\n`);
        await store.stop();
        await server.dropDatabase(database);
      }
    }
  } finally {
    await server.stop();
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createChildTicks } from "./child-ticks.js";
import { readProcessStat } from "./process-stat.js";
import { createProcessTable } from "./process-table.js";
import { startUsageMeter } from "./usage-meter.js";

const patience = { timeout: 20_000, interval: 5 };
const groups: number[] = [];

afterEach(() => {
  for (const id of groups.splice(0)) kill(id);
});

function kill(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

/** Starts a program as the leader of a group and measures it. */
async function setup(file: string, args: readonly string[]) {
  let reads = 0;
  const table = createProcessTable();
  const counting: Pick<typeof table, "watch" | "read"> = {
    watch: table.watch,
    read(maxAgeMs) {
      reads += 1;
      return table.read(maxAgeMs);
    },
  };
  const child: ChildProcess = spawn(file, args, { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const leader = child.pid as number;
  groups.push(leader);
  const meter = startUsageMeter(leader, { table: counting, children: createChildTicks() });
  child.once("exit", () => meter.leaderEnded());
  const exited = once(child, "exit");
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, "data")) as [Buffer];
  return {
    ...{ leader, child, meter, exited },
    line: line.toString().trim(),
    /** Settles when a look that has begun later has ended. */
    async looked() {
      const before = reads;
      await vi.waitUntil(() => reads >= before + 2, patience);
    },
  };
}

describe.runIf(process.platform === "linux")("a tree", () => {
  test("has used the most memory that was there, although it has gone by the end", async () => {
    const program = `let b = Buffer.alloc(150e6, 1); console.log("up"); setInterval(() => b.length, 1e6);`;
    const { child, exited, meter, looked } = await setup(process.execPath, ["-e", program]);
    await looked();
    child.kill("SIGKILL");
    await exited;
    const use = await meter.finish();
    expect(use?.maxRssBytes).toBeGreaterThan(150e6);
    expect(use?.maxRssBytes).toBeLessThan(400e6);
  });

  test("has used what a child used that its parent left behind", async () => {
    const busy = "sh -c 'echo $$; while :; do :; done' & wait";
    const { leader, line, child, exited, meter, looked } = await setup("/bin/sh", ["-c", busy]);
    const ticks = () => readProcessStat(Number(line))?.cpu.user ?? 0;
    await looked();
    child.kill("SIGKILL");
    await exited;
    await vi.waitUntil(() => ticks() > 30, patience);
    await looked();
    kill(leader);
    const use = await meter.finish();
    expect(use?.cpuUserSeconds).toBeGreaterThanOrEqual(0.3);
  });
});

test("without /proc nothing is said", async () => {
  const table = { watch: () => () => undefined, read: async () => [] };
  const meter = startUsageMeter(2 ** 30, { table, children: createChildTicks(() => undefined) });
  meter.leaderEnded();
  expect(await meter.finish()).toBeUndefined();
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { liveProcesses } from "../src/process/process-group.js";

const host = fileURLToPath(new URL("./guardian-host.ts", import.meta.url));

test.runIf(process.platform === "linux")(
  "processes of a runner that is killed hard are ended, those that left their group too",
  async () => {
    const runner = spawn(process.execPath, ["--conditions=@switchyard/source", "--import", "tsx", host], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(runner.stdout, "data")) as [Buffer];
    const group = JSON.parse(said.toString()) as { id: number; jobId: string; attempt: number };
    await vi.waitUntil(async () => (await liveProcesses(group)).length >= 3, { timeout: 10_000 });
    runner.kill("SIGKILL");
    await once(runner, "exit");
    await vi.waitUntil(async () => (await liveProcesses(group)).length === 0, { timeout: 15_000, interval: 100 });
    expect(await liveProcesses(group)).toEqual([]);
  },
);

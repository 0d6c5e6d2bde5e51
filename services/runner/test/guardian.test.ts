import { readdir } from "node:fs/promises";
import { startProcess, temporaryDirectory } from "@switchyard/testkit";
import { expect, test, vi } from "vitest";
import { liveProcesses } from "../src/process/process-group.js";

test.runIf(process.platform === "linux")(
  "processes of a runner that is killed hard are ended, those that left their group too, and then its directories go",
  async () => {
    const directory = await temporaryDirectory();
    const runner = await startProcess("services/runner/test/guardian-host.ts", { GUARDED_DIRECTORY: directory.path });
    const [said] = await runner.line(/^\{.*\}$/);
    const group = JSON.parse(said) as { id: number; jobId: string; attempt: number };
    await vi.waitUntil(async () => (await liveProcesses(group)).length >= 3, { timeout: 20_000 });
    await runner.end("SIGKILL");
    await vi.waitUntil(async () => (await liveProcesses(group)).length === 0, { timeout: 20_000, interval: 100 });
    expect(await liveProcesses(group)).toEqual([]);
    await vi.waitUntil(async () => (await readdir(directory.path)).length === 1, { timeout: 20_000, interval: 50 });
    expect(await readdir(directory.path)).toEqual(["kept one"]);
    await directory.remove();
  },
);

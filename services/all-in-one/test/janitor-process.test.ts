import { createSwitchyardClient } from "@switchyard/client";
import { eventually, freePort, temporaryDirectory } from "@switchyard/testkit";
import { describe, expect, it } from "vitest";
import { janitorCalls, uniqueName } from "./janitor-calls.js";
import { askedTimes, workOnce } from "./janitor-work.js";
import type { ScriptedWorker } from "./janitor-worker.js";
import { familyOf, isAlive } from "./proc.js";
import { startSystemProcess } from "./processes.js";

// Processes have to start for it: `npm run test:dialects`.
const isWhole = process.env["DIALECT_CASES"] === "all";

/** Bytes of each large file; the old system's had 50 MB and more. */
const largeBytes = Number(process.env["JANITOR_FILE_BYTES"] ?? 2_000_000);

/** What an operator sets, by the dialect's page, and a watchdog that asks soon. @param runTimeout three times what a worker is left alone for */
async function operatorsEnv(directory: string, runTimeout: string) {
  return {
    ...{ SWITCHYARD_DATA_DIR: directory, MANAGED_RUNNERS: "0" },
    DIALECT_JANITOR_LISTEN: `127.0.0.1:${await freePort()}`,
    ...{ JANITOR_RUN_TIMEOUT: runTimeout, JANITOR_WATCHDOG_INTERVAL: "500ms" },
  };
}

/** Codebases with a queued run each, and an account of each one's name. */
async function prepare(root: string): Promise<string[]> {
  const janitor = janitorCalls(() => root);
  const names = [uniqueName(), uniqueName()];
  await janitor.upload(names);
  for (const name of names) {
    expect((await janitor.call("POST", "/admin/workers", { name, password: "secret" })).status).toBe(201);
    await janitor.schedule(name);
  }
  return names;
}

/** Kills a process and all that it started, as a machine that loses its power does. */
async function killWhole(pid: number): Promise<void> {
  const family = await familyOf(pid);
  for (const member of family) process.kill(member, "SIGKILL");
  await eventually(async () => {
    for (const member of family) expect(await isAlive(member)).toBe(false);
  });
}

describe.skipIf(!isWhole)("two of the old system's workers at the process of an operator", () => {
  it("work while they are asked, and their logs and files arrive whole", { timeout: 300_000 }, async () => {
    const directory = await temporaryDirectory();
    const env = await operatorsEnv(directory.path, "12s");
    const system = await startSystemProcess(env);
    const client = createSwitchyardClient({ address: system.grpc });
    try {
      const root = `http://${env.DIALECT_JANITOR_LISTEN}`;
      const names = await prepare(root);
      const work = { largeBytes, while: (worker: ScriptedWorker) => askedTimes(worker, 2) };
      const done = await Promise.all(names.map((name) => workOnce(root, name, work)));
      const { call } = janitorCalls(() => root);
      for (const { run, files, logs } of done) {
        const { job } = await client.jobs.getJob({ namespace: "janitor", by: { case: "jobId", value: run } });
        const { artifacts } = await client.artifacts.listArtifacts({ namespace: "janitor", jobId: job?.id ?? "" });
        const sums = artifacts.map(({ name, sha256 }) => [name, Buffer.from(sha256).toString("hex")] as const);
        expect(new Map(sums)).toEqual(files);
        expect((await call("GET", `/log/${run}`)).body).toEqual(logs);
        expect((await call("GET", `/log/${run}/build.log.1`)).body).toBe("built\n");
        expect((await call("GET", `/runs/${run}`)).body).toMatchObject({ campaign: "lintian-fixes" });
      }
      expect((await call("GET", "/active-runs")).body).toEqual([]);
      expect(await system.end()).toBe(0);
    } finally {
      client.close();
      await system.end("SIGKILL");
      await directory.remove();
    }
  });
});

describe.skipIf(!isWhole)("a kill of everything in the middle of two runs", () => {
  it("leaves the runs to their workers, which finish them after the next start", { timeout: 300_000 }, async () => {
    const directory = await temporaryDirectory();
    const env = await operatorsEnv(directory.path, "60s");
    let system = await startSystemProcess(env);
    try {
      const root = `http://${env.DIALECT_JANITOR_LISTEN}`;
      const names = await prepare(root);
      let working = 0;
      let restarted: Promise<void> | undefined;
      const restart = async () => {
        await eventually(() => expect(working).toBe(names.length), { timeoutMs: 60_000 });
        await killWhole(system.pid);
        system = await startSystemProcess(env);
      };
      const done = await Promise.all(
        names.map((name) =>
          workOnce(root, name, {
            largeBytes,
            async while(worker) {
              await askedTimes(worker, 1);
              working += 1;
              restarted ??= restart();
              await restarted;
              // The next process asks too.
              await askedTimes(worker, 1);
            },
          }),
        ),
      );
      const { call, assign } = janitorCalls(() => root);
      for (const { run, logs } of done) expect((await call("GET", `/log/${run}`)).body).toEqual(logs);
      for (const codebase of names) expect(await assign({ codebase })).toBeUndefined();
      expect(await system.end()).toBe(0);
    } finally {
      await system.end("SIGKILL");
      await directory.remove();
    }
  });
});

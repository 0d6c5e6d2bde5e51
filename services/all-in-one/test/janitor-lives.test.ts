import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { createTcpProxy, eventually, freePort, startProcess, temporaryDirectory } from "@switchyard/testkit";
import { describe, expect, it } from "vitest";
import { janitorCalls, uniqueName } from "./janitor-calls.js";
import { itemFacts, janitorMoves } from "./janitor-moves.js";
import { askedTimes, workOnce } from "./janitor-work.js";
import type { ScriptedWorker } from "./janitor-worker.js";
import { createSystemDatabase, startSystemOn, startTestSystem } from "./test-system.js";

/** Bytes of each large file. */
const largeBytes = 2_000_000;
const quiet = { MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" };
const patience = { timeoutMs: 20_000 };

describe("two of the old system's workers at once", () => {
  it("log in, work while they are asked, and send their logs and files", { timeout: 120_000 }, async () => {
    const system = await startTestSystem({
      ...quiet,
      ...{ DIALECT_JANITOR_LISTEN: "127.0.0.1:0", JANITOR_RUN_TIMEOUT: "9s", JANITOR_WATCHDOG_INTERVAL: "200ms" },
    });
    const root = `http://${system.addresses.dialects["janitor"]}`;
    const janitor = janitorCalls(() => root);
    const client = system.openClient();
    try {
      const names = [uniqueName(), uniqueName()];
      await janitor.upload(names);
      for (const codebase of names) {
        await janitor.call("POST", "/admin/workers", { name: codebase, password: "secret" });
        await janitor.schedule(codebase);
      }
      const work = { largeBytes, while: (worker: ScriptedWorker) => askedTimes(worker, 2) };
      const finished = await Promise.all(names.map((name) => workOnce(root, name, work)));
      for (const { run, files } of finished) {
        const { job, attempt } = await client.jobs.getJob({ namespace: "janitor", by: { case: "jobId", value: run } });
        expect(job?.state).toBe(JobState.SUCCEEDED);
        const { artifacts } = await client.artifacts.listArtifacts({ namespace: "janitor", jobId: job?.id ?? "" });
        const sums = artifacts.map(({ name, sha256 }) => [name, Buffer.from(sha256).toString("hex")] as const);
        expect(new Map(sums)).toEqual(files);
        expect(attempt?.outcome?.artifacts).toHaveLength(2);
        expect((await janitor.call("GET", `/log/${run}`)).body).toEqual(["worker.log", "codemod.log", "build.log.1"]);
        expect((await janitor.call("GET", `/log/${run}/build.log.1`)).body).toBe("built\n");
      }
    } finally {
      client.close();
      await system.stop();
    }
  });
});

describe("a restart of everything in the middle of a run", () => {
  it("leaves the run to its worker, which finishes it", { timeout: 120_000 }, async () => {
    const [database, artifacts] = [await createSystemDatabase(), await temporaryDirectory()];
    const start = () => startSystemOn(database, { ...quiet, CATALOG_ARTIFACT_DIR: artifacts.path });
    try {
      const codebase = uniqueName();
      let system = await start();
      const janitor = janitorCalls(() => `http://${system.addresses.http}/janitor`);
      await janitor.upload([codebase]);
      await janitor.call("POST", "/candidates", [{ codebase, campaign: "lintian-fixes" }]);
      const run = (await janitor.assign({ codebase }))?.["id"] as string;
      await system.stop();
      system = await start();
      try {
        expect(await janitor.assign({ codebase })).toBeUndefined();
        expect((await janitor.finish(run, { code: "success" }, { "worker.log": "done\n" })).status).toBe(201);
        expect((await janitor.call("GET", `/log/${run}/worker.log`)).body).toBe("done\n");
        await eventually(async () => expect(await janitor.assign({ codebase })).toMatchObject({ codebase }), patience);
      } finally {
        await system.stop();
      }
    } finally {
      await database.drop();
      await artifacts.remove();
    }
  });
});

/** The port of the first of some addresses. */
const portOf = (addresses = "") => Number(addresses.split(",")[0]?.split(":")[1]);

// A process of its own has to start for it: `npm run test:dialects`.
const isWhole = process.env["DIALECT_CASES"] === "all";

describe.skipIf(!isWhole)("a gateway that is killed between the claim and the answer", () => {
  it("costs an item no more than a lease", { timeout: 120_000 }, async () => {
    const system = await startTestSystem({ ...quiet, JANITOR_SILENT_RUN_TIMEOUT: "2s" });
    const catalog = await createTcpProxy({ target: { port: portOf(system.serviceEnv["CATALOG_ADDRESS"]) } });
    const listen = `127.0.0.1:${await freePort()}`;
    const gateway = await startProcess("services/http-gateway/src/main.ts", {
      ...{ HTTP_LISTEN: listen, OPS_LISTEN: "127.0.0.1:0", LOG_LEVEL: "info", JANITOR_SILENT_RUN_TIMEOUT: "2s" },
      ...system.serviceEnv,
      CATALOG_ADDRESS: `127.0.0.1:${catalog.port}`,
    });
    const client = system.openClient();
    try {
      const janitor = janitorCalls(() => `http://${system.addresses.http}/janitor`);
      const codebase = uniqueName();
      await janitor.upload([codebase]);
      await janitor.schedule(codebase);
      await gateway.line(/"msg":"listening"/, 90_000);
      // Its claims are by the scheduler; what it then reads of the catalog comes late, and the end comes first.
      catalog.delay(3_000);
      const dying = janitorCalls(() => `http://${listen}/janitor`).assign({ codebase });
      const died = expect(dying).rejects.toThrow();
      await eventually(async () => {
        const { jobs } = await client.jobs.listJobs({ namespace: "janitor", filter: { subject: codebase } });
        // The lease may have ended by the time of the look.
        expect(jobs[0]?.attemptCount).toBeGreaterThan(0);
      }, patience);
      await gateway.end("SIGKILL");
      await died;
      await eventually(async () => expect(await janitor.assign({ codebase })).toMatchObject({ codebase }), patience);
    } finally {
      client.close();
      await gateway.end("SIGKILL");
      await catalog.close();
      await system.stop();
    }
  });
});

describe.skipIf(!isWhole)("a gateway that is killed while it moves an item to another host", () => {
  it("loses none", { timeout: 240_000 }, async () => {
    const system = await startTestSystem({ ...quiet, JANITOR_WATCHDOG_INTERVAL: "1s" });
    const scheduler = await createTcpProxy({ target: { port: portOf(system.serviceEnv["SCHEDULER_ADDRESS"]) } });
    const listen = `127.0.0.1:${await freePort()}`;
    const gateway = await startProcess("services/http-gateway/src/main.ts", {
      ...{ HTTP_LISTEN: listen, OPS_LISTEN: "127.0.0.1:0", LOG_LEVEL: "info" },
      ...system.serviceEnv,
      SCHEDULER_ADDRESS: `127.0.0.1:${scheduler.port}`,
    });
    try {
      const janitor = janitorCalls(() => `http://${system.addresses.http}/janitor`);
      const moves = janitorMoves(() => system.transport);
      const name = uniqueName();
      await janitor.upload([name]);
      await janitor.schedule(name);
      await gateway.line(/"msg":"listening"/, 90_000);
      // From the deletion to the next submission there is at least so much time.
      scheduler.delay(3_000);
      const branch = `https://new.example/${name}`;
      const dying = janitorCalls(() => `http://${listen}/janitor`).call("POST", "/codebases", [
        { name, branch_url: branch },
      ]);
      const died = expect(dying).rejects.toThrow();
      await eventually(async () => expect(await moves.itemsOf(name)).toEqual([]), { ...patience, intervalMs: 50 });
      await gateway.end("SIGKILL");
      await died;
      expect((await moves.settled(name)).map((item) => itemFacts(item).host)).toEqual(["new.example"]);
      expect(await janitor.assign({ codebase: name })).toMatchObject({ branch: { url: branch } });
    } finally {
      await gateway.end("SIGKILL");
      await scheduler.close();
      await system.stop();
    }
  });
});

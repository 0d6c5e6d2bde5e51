import type { DescService } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually, repeatAfterStalls } from "@switchyard/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { janitorCalls, uniqueName } from "./janitor-calls.js";
import { itemFacts, janitorMoves } from "./janitor-moves.js";
import { type ScriptedWorker, startScriptedWorker } from "./janitor-worker.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
const janitor = janitorCalls(() => `http://${system.addresses.http}/janitor`);
const namespace = "janitor";
const patience = { timeoutMs: 20_000 };
/** Leases are short here, and a machine that stands still ends them. */
const patient = { timeout: 240_000 };

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" },
    ...{ JANITOR_RUN_TIMEOUT: "3s", JANITOR_WATCHDOG_INTERVAL: "200ms", JANITOR_BACKCHANNEL_TIMEOUT: "1s" },
  });
});
afterAll(() => system.stop());

const workers: ScriptedWorker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
});

/** A worker that has a run. */
async function busyWorker(isCandidate = false) {
  const worker = await startScriptedWorker();
  workers.push(worker);
  const codebase = uniqueName();
  await janitor.upload([codebase]);
  if (isCandidate) await janitor.call("POST", "/candidates", [{ codebase, campaign: "lintian-fixes" }]);
  else await janitor.schedule(codebase);
  const backchannel = { kind: "http", url: worker.url };
  const run = (await janitor.assign({ codebase, backchannel }))?.["id"] as string;
  worker.run = run;
  return { worker, codebase, run };
}

const health = async (run: string) => {
  const { body } = await janitor.call("GET", "/watchdog/health");
  return (body as { health_statuses: Record<string, unknown>[] }).health_statuses.find((one) => one["log_id"] === run);
};

describe("a worker that can be asked", () => {
  it("keeps its run for longer than a lease, and finishes it", patient, () =>
    repeatAfterStalls(async () => {
      const { worker, run } = await busyWorker();
      // Three pings, a third of a lease apart, are as long as the first lease.
      await eventually(() => expect(worker.pings).toBeGreaterThanOrEqual(4), patience);
      expect(await health(run)).toMatchObject({
        status: "healthy",
        alive: true,
        failure_count: 0,
        last_ping: expect.any(String),
      });
      const { body } = await janitor.call("GET", "/status");
      expect((body as { processing: unknown[] }).processing).toContainEqual(
        expect.objectContaining({
          id: run,
          "last-keepalive": expect.any(String),
          mia: false,
          backchannel: { my_url: worker.url },
        }),
      );
      expect((await janitor.finish(run)).status).toBe(201);
    }),
  );

  it("shows its logs while it works", patient, () =>
    repeatAfterStalls(async () => {
      const { worker, run } = await busyWorker();
      Object.assign(worker.logs, { "worker.log": "working\n", "a b.log": "x" });
      expect((await janitor.call("GET", `/log/${run}`)).body).toEqual(["worker.log", "a b.log"]);
      expect((await janitor.call("GET", `/log/${run}/worker.log`)).body).toBe("working\n");
      expect((await janitor.call("GET", `/log/${run}/a%20b.log`)).body).toBe("x");
      expect((await janitor.call("GET", `/log/${run}/other.log`)).status).toBe(404);
      expect((await janitor.finish(run, {}, { "worker.log": "worked\n" })).status).toBe(201);
      expect((await janitor.call("GET", `/log/${run}`)).body).toEqual(["worker.log"]);
      expect((await janitor.call("GET", `/log/${run}/worker.log`)).body).toBe("worked\n");
    }),
  );

  it("is asked to stop, and its run goes on until it says so", patient, () =>
    repeatAfterStalls(async () => {
      const { worker, run } = await busyWorker();
      const kill = () => janitor.call("POST", `/kill/${run}`);
      expect(await kill()).toMatchObject({ status: 200, body: { id: run } });
      worker.killStatus = 501;
      expect(await kill()).toMatchObject({ status: 501, body: { reason: "kill not supported for this type of run" } });
      worker.killStatus = 410;
      expect(await kill()).toMatchObject({
        status: 410,
        body: { reason: "worker has no active run - it may have restarted while this run was in progress" },
      });
      worker.killStatus = 404;
      expect(await kill()).toMatchObject({ status: 502, body: { reason: expect.any(String) } });
      expect(worker.kills).toBe(4);
      expect((await janitor.finish(run, { code: "killed" })).status).toBe(201);
    }),
  );
});

describe("a run is given up", () => {
  it("at once when its worker has another, and comes back while it is a candidate", patient, () =>
    repeatAfterStalls(async () => {
      const { worker, codebase, run } = await busyWorker(true);
      worker.run = "another";
      await eventually(
        async () => expect((await janitor.call("GET", `/active-runs/${run}`)).status).toBe(404),
        patience,
      );
      expect((await janitor.call("GET", `/runs/${run}`)).body).toMatchObject({ codebase });
      await eventually(
        async () => expect(await janitor.assign({ codebase })).toMatchObject({ codebase, resume: null }),
        patience,
      );
      expect((await janitor.finish(run)).status).toBe(404);
    }),
  );

  it("when its worker does not answer for too long", patient, () =>
    repeatAfterStalls(async () => {
      const { worker, codebase, run } = await busyWorker(true);
      await eventually(() => expect(worker.pings).toBeGreaterThan(0), patience);
      await worker.close();
      await eventually(async () => expect(await health(run)).toMatchObject({ status: "unreachable" }), patience);
      await eventually(async () => expect((await janitor.call("GET", `/runs/${run}`)).status).toBe(200), patience);
      await eventually(async () => expect(await janitor.assign({ codebase })).toMatchObject({ codebase }), patience);
    }),
  );
});

describe("the move of a queue item to another host, which a gateway has begun", () => {
  const moves = janitorMoves(() => system.transport);

  async function queuedItem() {
    const name = uniqueName();
    await janitor.upload([name]);
    await janitor.schedule(name, { bucket: "manual", estimated_duration: 7 });
    const [item] = await moves.itemsOf(name);
    if (item === undefined) throw new Error("the item is not there");
    return { name, item, moved: { ...itemFacts(item), host: "new.example" } };
  }

  it("is ended when the gateway died before it took the item out", async () => {
    const { name, item, moved } = await queuedItem();
    await moves.note(item, "new.example");
    expect((await moves.settled(name)).map(itemFacts)).toEqual([moved]);
  });

  it("is ended when the gateway died after it took the item out, once", async () => {
    const { name, item, moved } = await queuedItem();
    await moves.takeOut(item);
    await moves.note(item, "new.example");
    const [again] = await moves.settled(name);
    expect(again && itemFacts(again)).toEqual(moved);
    // Another time for the same item, as when the note could not be taken away.
    await moves.note(item, "new.example");
    expect((await moves.settled(name)).map(({ id }) => id)).toEqual([again?.id]);
  });

  it("is given up when a worker has got the item meanwhile", async () => {
    const { name, item } = await queuedItem();
    expect(await janitor.assign({ codebase: name })).toMatchObject({ codebase: name });
    await moves.note(item, "new.example");
    expect((await moves.settled(name)).map(itemFacts)).toEqual([itemFacts(item)]);
  });
});

describe("what follows from the end of a run", () => {
  const client = <Service extends DescService>(service: Service) => createClient(service, system.transport);

  /** A candidate's run, ended where no gateway sees it. */
  async function candidate() {
    const name = uniqueName();
    await janitor.upload([name]);
    await janitor.call("POST", "/candidates", [{ codebase: name, campaign: "lintian-fixes" }]);
    const run = (await janitor.assign({ codebase: name }))?.["id"] as string;
    const by = { case: "jobId" as const, value: run };
    const { job, attempt } = await client(JobService).getJob({ namespace, by });
    const ref = { jobId: job?.id ?? "", by: { case: "attempt" as const, value: attempt?.number ?? 0 } };
    const end = () =>
      client(RunnerService).completeJob({ namespace, runnerId: attempt?.runnerId ?? "", attempt: ref, outcome: {} });
    const isQueued = async () => {
      const { body } = await janitor.call("GET", `/queue/position?codebase=${name}&campaign=lintian-fixes`);
      return (body as { position: number | null }).position !== null;
    };
    return { run, end, isQueued };
  }

  it("is done by the gateway that looks after ends, unless it is noted that it has been done", async () => {
    const [done, open] = [await candidate(), await candidate()];
    const value = { body: Buffer.from(JSON.stringify({ settled: true })) };
    const writes = [{ collection: "runs", key: done.run, operation: { case: "put" as const, value } }];
    await client(CatalogService).writeDocuments({ namespace, writes });
    await done.end();
    await open.end();
    await eventually(async () => expect(await open.isQueued()).toBe(true), patience);
    expect(await done.isQueued()).toBe(false);
    await eventually(async () => {
      const by = { case: "key" as const, value: open.run };
      const { document } = await client(CatalogService).getDocument({ namespace, collection: "runs", by });
      expect(JSON.parse(new TextDecoder().decode(document?.body))).toMatchObject({ code: "success", settled: true });
    }, patience);
  });
});

import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliFor } from "./cli-run.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
let cli: ReturnType<typeof cliFor>;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" });
  cli = cliFor(system.cliEnv);
});
afterAll(() => system?.stop());

describe("a queue", () => {
  it("is paused and let go on, and what waits in it is explained", async () => {
    await cli.submit("true", "--queue", "held");
    expect(await cli.done("queues", "pause", "held")).toMatch(/^state +paused$/m);
    const id = await cli.submit("true", "--queue", "held", "--subject", "waits");
    expect(await cli.done("jobs", "explain", id)).toMatch(/^Queue held is paused\.\n(?:.*\n)*\d\. CLOSED queue-paused/);
    expect(await cli.done("queues", "get", "held")).toMatch(/at its head:\n.*\n.* queued +shell\.run +held +waits /);
    expect(await cli.lines("queues", "list")).toContainEqual(expect.objectContaining({ name: "held", paused: true }));
    expect(await cli.done("queues", "resume", "held")).toMatch(/^state +open$/m);
    await cli.done("jobs", "watch", id);
    expect(await cli.run("queues", "get", "none")).toMatchObject({ code: 3 });
  });

  it("has limits that are set, listed and removed", async () => {
    expect(await cli.done("queues", "limits", "--set", "db", "--seats", "2", "--rate", "0.5")).toMatch(
      /^db +2 +0 +0\.5 +1 +0$/m,
    );
    expect(await cli.lines("queues", "limits", "--remove", "db")).toEqual([]);
  });
});

describe("runners", () => {
  it("are listed, drained and let work again", async () => {
    const [runner] = await cli.lines("runners", "list", "--state", "idle");
    const id = String(runner?.["id"]);
    // A drained runner with nothing left to do ends, and may have ended before the answer is written.
    expect(await cli.done("runners", "drain", id)).toMatch(/^state +(?:idle|offline), draining$/m);
    expect(await cli.done("runners", "undrain", id)).toMatch(/^state +(?:idle|offline)$/m);
    expect(await cli.done("runners", "get", id)).toMatch(/^kinds +shell\.run$/m);
    expect(await cli.lines("runners", "list", "--label", "none=x")).toEqual([]);
  });

  it("are listed with what they do and since when", async () => {
    const id = await cli.submit("sleep 600");
    await eventually(async () => {
      expect(await cli.done("runners", "list")).toMatch(/ 1\/1 +shell\.run \d+(?:ms|s) /);
      expect(await cli.done("runners", "list", "-o", "json")).toMatch(/"startTime"/);
    });
    const [runner] = await cli.lines("runners", "list", "--state", "busy");
    expect(await cli.done("runners", "get", String(runner?.["id"]))).toMatch(
      new RegExp(`^jobs +${id}/1 \\(shell\\.run \\d`, "m"),
    );
    await cli.done("jobs", "cancel", id);
  });

  it("come and go with the size of their pool", async () => {
    expect(await cli.done("pools", "scale", "2")).toMatch(/^present +2$/m);
    expect(await cli.done("pools", "scale", "--stop")).toMatch(/^state +stopped\nsize +2\npresent +0$/m);
    expect(await cli.done("pools", "scale", "1")).toMatch(/^state +running\nsize +1\npresent +1$/m);
    expect(JSON.parse(await cli.done("pools", "get", "-o", "json"))).toMatchObject({ running: true, size: 1 });
    const [gone] = await cli.lines("runners", "list", "--state", "offline");
    if (gone === undefined) throw new Error("no runner of the pool is kept after its end");
    expect(await cli.done("runners", "revoke", String(gone["id"]), "--delete")).toMatch(/^id /);
    expect(await cli.run("runners", "get", String(gone["id"]))).toMatchObject({ code: 3 });
  });
});

describe("logs", () => {
  it("are kept as long as is said, in all namespaces or in one", async () => {
    const common = /^\(all others\) +30 +no limit +- +\d+ +0 /m;
    expect(await cli.done("logs", "retention", "--set", "short", "--days", "7", "--limit", "1000000")).toMatch(common);
    expect(await cli.done("logs", "retention")).toMatch(/^short +7 +no limit +1000000 +0 +0/m);
    expect(await cli.lines("logs", "retention", "--clear", "short")).toHaveLength(1);
    expect(await cli.run("logs", "retention", "--days", "7")).toMatchObject({ code: 2 });
  });
});

describe("shards", () => {
  it("are listed with their owner, and a namespace is moved to one of them", async () => {
    const [shard] = await cli.lines("shards", "list");
    expect(shard).toMatchObject({
      number: 0,
      owner: expect.stringMatching(/./),
      epoch: expect.stringMatching(/^[1-9]/),
    });
    expect(await cli.done("shards", "list")).toMatch(/^SHARD +OWNER +ADDRESS +EPOCH\n +0 +\S+ +\S+ +\d+\n$/);
    await cli.submit("true", "--queue", "moved");
    expect(await cli.done("namespaces", "move", "default", "--shard", "0")).toBe("cleaning\nmoved\n");
    expect(await cli.lines("namespaces", "move", "default", "--shard", "0")).toEqual([
      { phase: "PHASE_CLEANING", rows: "0" },
      { phase: "PHASE_MOVED", rows: "0" },
    ]);
    const missing = await cli.run("namespaces", "move", "default", "--shard", "77");
    expect(missing).toMatchObject({ code: 3, err: expect.stringContaining("there is no shard 77") });
  });
});

describe("a schedule", () => {
  it("is created, listed, shown, replaced and deleted", async () => {
    const create = (cron: string, ...options: readonly string[]) =>
      cli.run("schedules", "create", "nightly", "shell.run", "--cron", cron, "--input", "{}", ...options);
    expect((await create("0 3 * * *", "--zone", "Europe/Berlin", "--queue", "night")).out).toMatch(
      /^zone +Europe\/Berlin$/m,
    );
    expect(await create("0 4 * * *")).toMatchObject({ code: 3, err: expect.stringContaining("ALREADY_EXISTS") });
    expect((await create("0 4 * * *", "--replace", "--paused", "--catch-up", "none")).code).toBe(0);
    const text = await cli.done("schedules", "get", "nightly");
    expect(text).toMatch(/^cron +0 4 \* \* \*$/m);
    expect(text).toMatch(/^missed ticks +none$/m);
    expect(await cli.lines("schedules", "list")).toMatchObject([{ name: "nightly", paused: true }]);
    await cli.done("schedules", "delete", "nightly");
    expect(await cli.run("schedules", "get", "nightly")).toMatchObject({
      code: 3,
      err: expect.stringContaining("SCHEDULE_NOT_FOUND"),
    });
  });
});

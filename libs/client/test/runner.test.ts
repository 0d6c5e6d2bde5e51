import { eventually } from "@switchyard/testkit";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Outcome_Kind, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { RunnerMode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createRunner,
  type JobContext,
  JobFailure,
  type JobHandler,
  JobRelease,
  JobStopped,
  JobSuccess,
  jsonPayload,
  payloadJson,
  type Runner,
} from "../src/index.js";
import { createGatewayDouble } from "./gateway-double.js";

const running: Runner[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop(0)));
});

async function setup(execute: JobHandler, options: { slots?: number; ttlMs?: number; now?: () => number } = {}) {
  const gateway = createGatewayDouble(options.ttlMs === undefined ? {} : { ttlMs: options.ttlMs });
  const warnings: string[] = [];
  const { ttlMs: _, ...rest } = options;
  const runner = createRunner({
    transport: gateway.transport,
    namespace: "default",
    name: "test",
    kinds: ["test.*"],
    execute,
    onWarning: (message) => warnings.push(message),
    ...rest,
  });
  running.push(runner);
  await runner.start();
  const outcome = (key: string) => vi.waitUntil(() => gateway.outcomes.get(key), { timeout: 20_000, interval: 5 });
  return { gateway, runner, warnings, outcome };
}

const untilAborted = ({ signal }: JobContext) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

describe("a handler's end becomes the outcome", () => {
  test("a returned value is the result, as JSON", async () => {
    const { gateway, outcome } = await setup(({ input }) => ({ got: input.json<{ n: number }>().n }));
    gateway.submit("a", { input: jsonPayload({ n: 7 }) });
    const { kind, result } = await outcome("a/1");
    expect(kind).toBe(Outcome_Kind.SUCCEEDED);
    expect(payloadJson(result)).toEqual({ got: 7 });
  });

  test("bytes stay bytes, nothing stays nothing, facts go along", async () => {
    const { gateway, outcome } = await setup(({ lease }) =>
      lease.jobId === "bytes" ? Uint8Array.of(0, 255) : new JobSuccess(undefined, { labels: { code: "x" } }),
    );
    gateway.submit("bytes");
    gateway.submit("none");
    expect((await outcome("bytes/1")).result?.data).toEqual(Uint8Array.of(0, 255));
    const none = await outcome("none/1");
    expect(none.result).toBeUndefined();
    expect(none.labels).toEqual({ code: "x" });
  });

  test.each([
    ["a plain error", new Error("boom"), { kind: Outcome_Kind.FAILED, message: "boom", retryable: false }],
    ["an error that says so", Object.assign(new Error("again"), { retryable: true }), { retryable: true }],
    ["a failure", new JobFailure("no", { retryable: true }), { kind: Outcome_Kind.FAILED, retryable: true }],
    ["a limit of its own", new JobFailure("late", { timedOut: true }), { kind: Outcome_Kind.TIMED_OUT }],
    ["a release", new JobRelease("later", { toFront: true }), { kind: Outcome_Kind.RELEASED, toFront: true }],
  ])("%s", async (_, error, expected) => {
    const { gateway, outcome } = await setup(() => {
      throw error;
    });
    gateway.submit("a");
    expect(await outcome("a/1")).toMatchObject(expected);
  });

  test("a result that is no JSON fails the job instead of the runner", async () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    const { gateway, outcome } = await setup(() => loop);
    gateway.submit("a");
    expect((await outcome("a/1")).kind).toBe(Outcome_Kind.FAILED);
  });

  test("a result that the gateway refuses becomes a failure that says so", async () => {
    const { gateway, outcome, warnings } = await setup(() => new Uint8Array(1_100_000));
    gateway.submit("a");
    const refused = await outcome("a/1");
    expect(refused.kind).toBe(Outcome_Kind.FAILED);
    expect(refused.message).toContain("too large");
    expect(warnings.join()).toContain("PAYLOAD_TOO_LARGE");
  });

  test("a release whose wish is not served stays a release", async () => {
    const { gateway, outcome } = await setup(() => {
      throw new JobRelease("later", { toFront: true });
    });
    gateway.refuseToFront = true;
    gateway.submit("a");
    expect(await outcome("a/1")).toMatchObject({ kind: Outcome_Kind.RELEASED, message: "later", toFront: false });
  });

  test("a kind without a handler is given to somebody else", async () => {
    const gateway = createGatewayDouble();
    const handlers = { "test.known": () => 1, "glob.*": () => 2 };
    const runner = createRunner({ transport: gateway.transport, namespace: "default", name: "n", handlers });
    running.push(runner);
    await runner.start();
    gateway.submit("a", { kind: "glob.x" });
    gateway.submit("b", { kind: "other" });
    const done = await vi.waitUntil(() => gateway.outcomes.size === 2 && gateway.outcomes, { timeout: 20_000 });
    expect(payloadJson(done.get("a/1")?.result)).toBe(2);
    expect(done.get("b/1")).toMatchObject({ kind: Outcome_Kind.FAILED, retryable: true });
  });
});

describe("reports", () => {
  test("an outcome whose answer was lost is repeated and counted once", async () => {
    let runs = 0;
    const { gateway, runner } = await setup(() => ++runs);
    gateway.spoil("reportAttempts", "lose-answer", "unavailable", "internal");
    gateway.submit("a");
    await vi.waitUntil(() => gateway.outcomes.has("a/1") && runner.activeCount === 0, { timeout: 20_000 });
    expect(runs).toBe(1);
    expect(gateway.calls.reportAttempts).toBeGreaterThanOrEqual(4);
  });

  test("start comes before progress; only the latest progress is sent, joined with the earlier", async () => {
    const { gateway, outcome } = await setup(async (context) => {
      context.progress({ current: 1, message: "begun" });
      context.progress({ current: 2 });
      await vi.waitUntil(() => gateway.progress.length > 0, { timeout: 20_000 });
    });
    gateway.submit("a");
    await outcome("a/1");
    expect(gateway.starts).toEqual(["a/1"]);
    expect(gateway.progress).toEqual([{ key: "a/1", current: 2, message: "begun" }]);
  });

  test("a handler that waits for nothing is reported by its outcome alone, at most its log comes first", async () => {
    const { gateway, outcome } = await setup(({ lease, log }) => {
      if (lease.jobId === "logs") log().info("line");
      return 1;
    });
    gateway.submit("silent");
    expect(await outcome("silent/1")).toMatchObject({ wroteNothing: true, streams: [] });
    expect(gateway.starts).toEqual([]);
    gateway.submit("logs");
    expect(await outcome("logs/1")).toMatchObject({ wroteNothing: false, streams: [{ stream: "log", length: 1n }] });
    expect(gateway.text("logs", "log")).toEqual(["line"]);
  });

  test("a handler that logs and waits has one start; what is no real promise is waited for as well", async () => {
    const { gateway, outcome } = await setup(({ log }) => ({
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      then(resolve: (value: unknown) => void) {
        // Its start goes unsaid where its end is known as soon.
        void eventually(() => expect(gateway.starts).toHaveLength(1)).then(() => {
          log().info("late");
          resolve("settled");
        });
      },
    }));
    gateway.submit("a");
    expect(payloadJson((await outcome("a/1")).result)).toBe("settled");
    expect(gateway.starts).toEqual(["a/1"]);
    expect(gateway.text("a", "log")).toEqual(["late"]);
  });

  test("what a handler takes out of its context works by itself", async () => {
    const { gateway, outcome } = await setup(async ({ input, log, write, flush, progress, signal }) => {
      const { json, text, bytes, contentType } = input;
      const { info } = log("own");
      info("entry");
      await write("stdout", "line\n");
      await flush();
      progress({ current: 1 });
      return { json: json(), text: text(), bytes: bytes.length, contentType, aborted: signal.aborted };
    });
    gateway.submit("a", { input: jsonPayload(7) });
    expect(payloadJson((await outcome("a/1")).result)).toEqual({
      json: 7,
      text: "7",
      bytes: 1,
      contentType: "application/json",
      aborted: false,
    });
    expect([gateway.text("a", "own"), gateway.text("a", "stdout")]).toEqual([["entry"], ["line"]]);
  });

  test("100 short jobs share calls and each is executed once", async () => {
    const seen: string[] = [];
    const { gateway } = await setup(
      ({ lease }) => {
        seen.push(lease.jobId);
      },
      { slots: 20 },
    );
    for (let i = 0; i < 100; i++) gateway.submit(`job-${i}`);
    await vi.waitUntil(() => gateway.outcomes.size === 100, { timeout: 20_000 });
    expect(new Set(seen).size).toBe(100);
    expect(seen).toHaveLength(100);
    expect(gateway.calls.reportAttempts).toBeLessThan(60);
  });
});

describe("levels", () => {
  test("leases of a lost answer arrive with the next one, once", async () => {
    let runs = 0;
    const { gateway, outcome } = await setup(() => ++runs);
    gateway.spoil("syncRunner", "lose-answer", "unavailable");
    gateway.submit("a");
    await outcome("a/1");
    expect(runs).toBe(1);
  });

  test("a runner never holds more than its slots", async () => {
    let active = 0;
    let most = 0;
    const { gateway } = await setup(
      async () => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setTimeout(resolve, 2));
        active--;
      },
      { slots: 3 },
    );
    for (let i = 0; i < 30; i++) gateway.submit(`job-${i}`);
    await vi.waitUntil(() => gateway.outcomes.size === 30, { timeout: 20_000 });
    expect(most).toBe(3);
  });

  test("attempts that come and go are not named over and over", async () => {
    const { gateway } = await setup(() => new Promise((resolve) => setTimeout(resolve, 2)), { slots: 3 });
    for (let i = 0; i < 60; i++) gateway.submit(`job-${i}`);
    await vi.waitUntil(() => gateway.outcomes.size === 60, { timeout: 20_000 });
    expect(gateway.syncs.filter((sync) => sync.attempts.length > 0).length).toBeLessThanOrEqual(2);
  });

  test("a long attempt is named in time, and a call states what the runner has", async () => {
    let finish = () => {};
    const { gateway, outcome } = await setup(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      { ttlMs: 300 },
    );
    gateway.submit("a");
    await vi.waitUntil(() => gateway.syncs.filter((sync) => sync.attempts.length === 1).length > 5, {
      timeout: 20_000,
    });
    const naming = gateway.syncs.filter((sync) => sync.attempts.length === 1);
    for (const sync of naming) {
      expect(sync.complete).toBe(true);
      expect(sync.freeSlots).toBe(0);
      expect(Number(sync.hold?.nanos ?? 0) / 1e6).toBeLessThanOrEqual(150);
    }
    finish();
    expect((await outcome("a/1")).kind).toBe(Outcome_Kind.SUCCEEDED);
  });

  test("a lease that is shorter than the call was held is confirmed before the work begins", async () => {
    let startedAfterRenewals = -1;
    const { gateway, outcome } = await setup(() => {
      startedAfterRenewals = gateway.syncs.filter((sync) => sync.attempts.length > 0).length;
    });
    await vi.waitUntil(() => gateway.syncs.length > 0, { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    gateway.submit("a", { timeToLive: durationFromMs(20) });
    await outcome("a/1");
    expect(startedAfterRenewals).toBeGreaterThan(0);
  });
});

describe("leases that are over when they arrive", () => {
  test("leave their slots free, even when they had taken all of them", async () => {
    const done: string[] = [];
    const work: JobHandler = ({ lease }) => void done.push(lease.jobId);
    const { gateway, outcome } = await setup(work, { slots: 2, ttlMs: 0 });
    gateway.submit("a");
    gateway.submit("b");
    await vi.waitUntil(() => gateway.held.size === 2, { timeout: 20_000, interval: 5 });
    gateway.revoke("a", Revocation_Reason.LEASE_LOST);
    gateway.revoke("b", Revocation_Reason.LEASE_LOST);
    gateway.submit("c", { timeToLive: durationFromMs(30_000) });
    expect((await outcome("c/1")).kind).toBe(Outcome_Kind.SUCCEEDED);
    expect(done).toEqual(["c"]);
  });
});

describe("stops", () => {
  test("a confirmed cancel aborts the signal with its reason and is reported as cancelled", async () => {
    let reason: unknown;
    const { gateway, outcome } = await setup(async (context) => {
      await untilAborted(context).catch((error: unknown) => {
        reason = error;
      });
      return "ended in peace";
    });
    gateway.submit("a");
    await vi.waitUntil(() => gateway.held.size === 1, { timeout: 20_000 });
    gateway.revoke("a", Revocation_Reason.CANCEL_REQUESTED);
    expect((await outcome("a/1")).kind).toBe(Outcome_Kind.CANCELLED);
    expect(reason).toBeInstanceOf(JobStopped);
    expect((reason as JobStopped).reason).toBe("CANCEL_REQUESTED");
  });

  test("a stop that is stated again and again while the work takes its time does not make the calls spin", async () => {
    let finish = () => {};
    const { gateway, outcome } = await setup(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    gateway.submit("a");
    await vi.waitUntil(() => gateway.held.size === 1, { timeout: 20_000 });
    gateway.revoke("a", Revocation_Reason.CANCEL_REQUESTED);
    const before = gateway.calls.syncRunner;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(gateway.calls.syncRunner - before).toBeLessThan(25);
    finish();
    await outcome("a/1");
  });

  test.each([Revocation_Reason.CANCELLED, Revocation_Reason.LEASE_LOST, Revocation_Reason.DELETED])(
    "an attempt that is over (%s) is stopped and never reported",
    async (why) => {
      const { gateway, runner } = await setup((context) => {
        context.log().info("one");
        return untilAborted(context);
      });
      gateway.submit("a");
      await vi.waitUntil(() => gateway.text("a", "log").length === 1, { timeout: 20_000 });
      gateway.revoke("a", why);
      await vi.waitUntil(() => runner.activeCount === 0, { timeout: 20_000 });
      gateway.submit("b");
      await vi.waitUntil(() => gateway.held.has("b/1"), { timeout: 20_000 });
      expect(gateway.outcomes.size).toBe(0);
    },
  );

  test("without answers the attempt is aborted before its lease ends, nothing of it is reported, and it is given back when it is handed out again", async () => {
    const aborted: { reason: string; afterMs: number }[] = [];
    const { gateway, outcome, warnings } = await setup(
      async (context) => {
        const startedAt = performance.now();
        await untilAborted(context).catch((error: JobStopped) => {
          aborted.push({ reason: error.reason, afterMs: performance.now() - startedAt });
        });
        context.log().error("this must not arrive");
      },
      { ttlMs: 400 },
    );
    gateway.submit("a");
    await vi.waitUntil(() => gateway.starts.includes("a/1"), { timeout: 20_000 });
    gateway.setBlackout(true);
    await vi.waitUntil(() => aborted.length === 1, { timeout: 20_000 });
    expect(aborted[0]?.reason).toBe("LEASE_LOST");
    expect(warnings).toContain("no answer renewed the lease in time");
    gateway.setBlackout(false);
    // The gateway still counts the attempt as this runner's and states it again.
    expect((await outcome("a/1")).kind).toBe(Outcome_Kind.RELEASED);
    expect(gateway.text("a", "log")).toEqual([]);
  });

  test("the execution limit stops the work by the local clock too", async () => {
    const { gateway, outcome } = await setup(untilAborted);
    gateway.submit("a", { executionTimeLeft: durationFromMs(30) });
    expect((await outcome("a/1")).kind).toBe(Outcome_Kind.TIMED_OUT);
  });

  test("a report that is refused as lost stops the work", async () => {
    const { gateway, runner } = await setup(async (context) => {
      await vi.waitUntil(() => gateway.starts.length === 1, { timeout: 20_000 });
      gateway.forget("a");
      context.progress({ current: 1 });
      await untilAborted(context);
    });
    gateway.submit("a");
    await vi.waitUntil(() => gateway.calls.reportAttempts >= 2 && runner.activeCount === 0, { timeout: 20_000 });
    expect(gateway.outcomes.size).toBe(0);
  });
});

describe("logs", () => {
  test("arrive in order, before the outcome, which names their lengths", async () => {
    const { gateway, outcome } = await setup(async (context) => {
      context.log().info("first", { n: 1 });
      context.log().warning("second");
      await context.write("stdout", "one\ntwo\nthr");
      await context.write("stdout", "ee\nrest");
    });
    gateway.submit("a");
    const { streams } = await outcome("a/1");
    expect(gateway.text("a", "log")).toEqual(["first", "second"]);
    expect(gateway.text("a", "stdout")).toEqual(["one", "two", "three", "rest"]);
    expect(streams.map(({ stream, length }) => [stream, length])).toEqual([
      ["log", 2n],
      ["stdout", 4n],
    ]);
  });

  test("a line is there while the work goes on", async () => {
    let finish = () => {};
    const { gateway, outcome } = await setup(async (context) => {
      await context.write("stdout", "live\nbegun");
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    gateway.submit("a");
    await vi.waitUntil(() => gateway.text("a", "stdout").length > 0, { timeout: 20_000 });
    expect(gateway.text("a", "stdout")).toEqual(["live"]);
    finish();
    await outcome("a/1");
  });

  test("a repeat after lost answers adds nothing twice and loses nothing", async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => `line ${i} ${"x".repeat(40)}`);
    const { gateway, outcome } = await setup(async (context) => {
      for (let i = 0; i < lines.length; i += 100) {
        await context.write("stdout", `${lines.slice(i, i + 100).join("\n")}\n`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    gateway.spoil("appendLog", "lose-answer", "unavailable", "lose-answer", "internal", "lose-answer");
    gateway.submit("a");
    const { streams } = await outcome("a/1");
    expect(gateway.text("a", "stdout")).toEqual(lines);
    expect(streams[0]?.length).toBe(3_000n);
  });

  test("a fast producer is held back and no call grows beyond bounds", async () => {
    const chunk = Buffer.from(`${"y".repeat(1_023)}\n`.repeat(64));
    const { gateway, outcome } = await setup(async (context) => {
      for (let i = 0; i < 160; i++) await context.write("stdout", chunk);
    });
    gateway.submit("a");
    await outcome("a/1");
    expect(gateway.text("a", "stdout")).toHaveLength(160 * 64);
    expect(gateway.largestAppend).toBeLessThan(200_000);
  });

  test("a log that nobody takes does not hold the outcome for ever", async () => {
    const gateway = createGatewayDouble();
    const runner = createRunner({
      transport: gateway.transport,
      namespace: "default",
      name: "n",
      kinds: ["*"],
      execute: (context) => context.log().info("lost"),
      logPatienceMs: 50,
    });
    running.push(runner);
    await runner.start();
    gateway.spoil("appendLog", ...Array.from({ length: 50 }, () => "unavailable" as const));
    gateway.submit("a");
    const outcome = await vi.waitUntil(() => gateway.outcomes.get("a/1"), { timeout: 20_000 });
    expect(outcome.streams).toMatchObject([{ stream: "log", length: 1n }]);
  });
});

describe("stopping", () => {
  test("waits for what runs, takes nothing new, and signs off", async () => {
    let finish = () => {};
    const { gateway, runner } = await setup(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    gateway.submit("a");
    await vi.waitUntil(() => runner.activeCount === 1, { timeout: 20_000 });
    const stopped = runner.stop(5_000);
    gateway.submit("b");
    await vi.waitUntil(() => gateway.syncs.some((sync) => sync.mode === RunnerMode.PAUSED), { timeout: 20_000 });
    expect(runner.state).toBe("draining");
    finish();
    await stopped;
    expect(runner.state).toBe("stopped");
    expect(gateway.outcomes.get("a/1")?.kind).toBe(Outcome_Kind.SUCCEEDED);
    expect(gateway.waiting).toHaveLength(1);
    expect(gateway.left).toBe(true);
  });

  test("what outlasts the patience is asked to stop and given back", async () => {
    const { gateway, runner } = await setup(untilAborted);
    gateway.submit("a");
    await vi.waitUntil(() => runner.activeCount === 1, { timeout: 20_000 });
    await runner.stop(20);
    expect(gateway.outcomes.get("a/1")).toMatchObject({ kind: Outcome_Kind.RELEASED });
  });

  test("an operator's drain ends the runner when it has finished", async () => {
    let finish = () => {};
    const { gateway, runner } = await setup(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      { slots: 2 },
    );
    gateway.submit("a");
    await vi.waitUntil(() => runner.activeCount === 1, { timeout: 20_000 });
    gateway.setDrain(true);
    await vi.waitUntil(() => runner.state === "draining", { timeout: 20_000 });
    finish();
    await runner.ended;
    expect(runner.state).toBe("stopped");
  });

  test("a gateway that refuses the runner for good ends it and its work", async () => {
    let reason: unknown;
    const { gateway, runner } = await setup((context) =>
      untilAborted(context).catch((error: unknown) => {
        reason = error;
      }),
    );
    gateway.spoil("syncRunner", "unavailable", "revoked");
    gateway.submit("a");
    await expect(runner.ended).rejects.toMatchObject({ reason: "TOKEN_REVOKED" });
    expect(runner.state).toBe("failed");
    expect(reason).toBeInstanceOf(JobStopped);
    expect(gateway.outcomes.size).toBe(0);
  });

  test("a stop before the gateway was reached ends the start", async () => {
    const gateway = createGatewayDouble();
    gateway.setBlackout(true);
    const runner = createRunner({
      ...{ transport: gateway.transport, namespace: "d", name: "n", kinds: ["*"] },
      execute: () => 1,
    });
    const started = runner.start();
    const failed = expect(started).rejects.toMatchObject({ reason: "CANCELLED" });
    await vi.waitUntil(() => gateway.calls.registerRunner > 0, { timeout: 20_000 });
    await runner.stop();
    await failed;
    expect(runner.state).toBe("stopped");
  });
});

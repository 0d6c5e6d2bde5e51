import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { GrantSchema, Scope, TokenSchema } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { MoveNamespaceResponse_Phase } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { JobSpecSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { describe, expect, it } from "vitest";
import { UsageError } from "../usage-error.js";
import { exitCodeOfJob, exitCodeOfReason } from "../exit-codes.js";
import { jobSpec } from "./jobs/job-spec.js";
import { jobFilter } from "./jobs/list.js";
import { deleteProfile, setProfile } from "./profiles/profiles.js";
import { retentionFrom } from "./logs/retention.js";
import { limitFrom } from "./queues/limits.js";
import { scaleRequest } from "./runners/pools.js";
import { stepText } from "./shards/move.js";
import { createTokenRequest } from "./tokens/create.js";
import { grantText, tokenText } from "./tokens/token-text.js";

const contentType = "application/json";

describe("a job's spec", () => {
  it("says only what was said", () => expect(jobSpec("a", { contentType }, undefined, 0)).toEqual({ kind: "a" }));

  it("says all that can be said", () => {
    const options = {
      ...{ contentType, queue: "q", subject: "s", label: { a: "1" }, require: { gpu: "" }, rankClass: -3, rank: 0.5 },
      ...{ delay: 1_000, maxAttempts: 0, executionTimeout: durationFromMs(2_000), startTimeout: durationFromMs(3_000) },
      ...{ dependsOn: ["p"], concurrencyKey: ["c"], rateKey: ["r"], reuse: true },
    };
    expect(create(JobSpecSchema, jobSpec("k", options, '{"b": 1}', 5_000))).toEqual(
      create(JobSpecSchema, {
        ...{ kind: "k", queue: "q", subject: "s", labels: { a: "1" }, requiredLabels: { gpu: "" } },
        input: { data: Buffer.from('{"b": 1}'), contentType },
        order: { rankClass: -3, rankBy: { case: "rank", value: 0.5 } },
        startTime: timestampFromMs(6_000),
        policies: {
          maxAttempts: 0,
          executionTimeout: durationFromMs(2_000),
          scheduleToStartTimeout: durationFromMs(3_000),
        },
        dependencies: [{ parent: { case: "jobId", value: "p" } }],
        ...{ concurrencyKeys: ["c"], rateKeys: ["r"] },
        reuse: { states: [ReuseState.ACTIVE, ReuseState.SUCCEEDED] },
      }),
    );
  });

  it("takes what isn't JSON only when that is said", () => {
    expect(() => jobSpec("k", { contentType }, "{", 0)).toThrow("not JSON");
    expect(jobSpec("k", { contentType: "text/plain" }, "{", 0).input).toMatchObject({ contentType: "text/plain" });
  });
});

it("a filter of jobs says only what was said", () => {
  expect(jobFilter({}, 0)).toEqual({});
  expect(jobFilter({ state: [JobState.QUEUED], since: 1_000, label: { a: "b" } }, 3_000)).toEqual({
    ...{ states: [JobState.QUEUED], labels: { a: "b" }, createdAfter: timestampFromMs(2_000) },
  });
});

describe("a limit", () => {
  it("is set, removed or left alone", () => {
    expect(limitFrom({ set: "db", seats: 2, rate: 0.5, burst: 3 })).toEqual({
      ...{ key: "db", seats: 2, ratePerSecond: 0.5, burst: 3 },
    });
    expect(limitFrom({ remove: "db" })).toEqual({ key: "db" });
    expect(limitFrom({})).toBeUndefined();
  });

  it.each([
    [{ set: "a" }],
    [{ set: "a", burst: 1 }],
    [{ seats: 1 }],
    [{ burst: 1 }],
    [{ set: "a", seats: 1, remove: "a" }],
  ])("is not %j", (options) => expect(() => limitFrom(options)).toThrow(/--/));
});

describe("a pool", () => {
  it("is sized, started and stopped", () => {
    expect(scaleRequest(3, {})).toEqual({ size: 3 });
    expect(scaleRequest(undefined, { stop: true })).toEqual({ running: false });
    expect(scaleRequest(0, { start: true, wait: durationFromMs(1) })).toEqual({
      size: 0,
      running: true,
      wait: durationFromMs(1),
    });
  });

  it("needs something to be changed", () => {
    expect(() => scaleRequest(undefined, {})).toThrow("--start or --stop");
    expect(() => scaleRequest(1, { start: true, stop: true })).toThrow("not both");
  });
});

describe("a token", () => {
  it("is asked for in the namespace at hand, in those that are named, or in all", () => {
    const scope = [Scope.READ];
    const grant = { name: "ci", scopes: scope, allNamespaces: false };
    expect(createTokenRequest("ci", "lab", { scope }, 0)).toEqual({ grant: { ...grant, namespaces: ["lab"] } });
    expect(createTokenRequest("ci", "lab", { scope, in: ["a", "b"], expires: 60_000 }, 1_000)).toEqual({
      grant: { ...grant, namespaces: ["a", "b"] },
      expireTime: timestampFromMs(61_000),
    });
    expect(createTokenRequest("ci", "lab", { scope, allNamespaces: true }, 0)).toEqual({
      grant: { ...grant, namespaces: [], allNamespaces: true },
    });
    expect(() => createTokenRequest("ci", "lab", { scope, in: ["a"], allNamespaces: true }, 0)).toThrow("not both");
  });

  const kept = (times: object) =>
    create(TokenSchema, {
      tokenId: "t1",
      prefix: "swy_ab",
      grant: { name: "ci", scopes: [Scope.READ, Scope.SUBMIT], namespaces: ["lab"] },
      ...times,
    });

  it.each([
    ["valid", {}],
    ["valid", { expireTime: timestampFromMs(20_000) }],
    ["expired", { expireTime: timestampFromMs(10_000) }],
    ["revoked", { revokeTime: timestampFromMs(5_000), expireTime: timestampFromMs(6_000) }],
  ])("is shown as %s", (state, times) => {
    const text = tokenText(kept(times), 10_000);
    expect(text).toMatch(new RegExp(`^state +${state}$`, "m"));
    expect(text).toMatch(/^token +swy_ab\.\.\.$/m);
    expect(text).toMatch(/^scopes +read submit$/m);
  });

  it("of all namespaces says so", () => {
    expect(grantText(create(GrantSchema, { name: "root", scopes: [Scope.ADMIN], allNamespaces: true }))).toMatch(
      /^namespaces +all$/m,
    );
  });
});

it("a step of a move says what was copied, where something was", () => {
  expect(stepText({ phase: MoveNamespaceResponse_Phase.COPYING, rows: 12n })).toBe("copying (12 rows copied)");
  expect(stepText({ phase: MoveNamespaceResponse_Phase.MOVED, rows: 0n })).toBe("moved");
});

describe("profiles", () => {
  it("keep what isn't given anew, and one kind of token", () => {
    const first = setProfile({ profiles: {} }, "lab", { address: "a:1", token: "t" });
    expect(first).toEqual({ current: "lab", profiles: { lab: { address: "a:1", token: "t" } } });
    const second = setProfile(first, "lab", { namespace: "n" });
    expect(second.profiles["lab"]).toEqual({ address: "a:1", token: "t", namespace: "n" });
    expect(setProfile(second, "lab", { tokenFile: "f" }).profiles["lab"]).toEqual({
      address: "a:1",
      namespace: "n",
      tokenFile: "f",
    });
    expect(setProfile(second, "other", { address: "b:1" }).current).toBe("lab");
  });

  it("are deleted, and no longer in use then", () => {
    const file = { current: "a", profiles: { a: {}, b: {} } };
    expect(deleteProfile(file, "a")).toEqual({ profiles: { b: {} } });
    expect(deleteProfile(file, "b")).toEqual({ current: "a", profiles: { a: {} } });
    expect(() => deleteProfile(file, "c")).toThrow('no profile "c"');
  });
});

describe("exit codes", () => {
  it.each([
    [JobState.SUCCEEDED, 0],
    [JobState.FAILED, 1],
    [JobState.TIMED_OUT, 124],
    [JobState.CANCELLED, 130],
  ])("mirror the job's state %i with %i", (state, code) => expect(exitCodeOfJob(state)).toBe(code));

  it("tell refusals, absence and denial apart", () => {
    expect(exitCodeOfReason("JOB_NOT_FOUND")).toBe(3);
    expect(exitCodeOfReason("SERVICE_UNAVAILABLE")).toBe(4);
    expect(exitCodeOfReason("NOT_OWNER")).toBe(4);
    expect(exitCodeOfReason("PERMISSION_DENIED")).toBe(5);
  });
});

describe("a retention of logs", () => {
  it("says only what was said", () => {
    expect(retentionFrom({})).toBeUndefined();
    expect(retentionFrom({ set: "n", days: 2 })).toEqual({ namespace: "n", maxAge: durationFromMs(172_800_000) });
    expect(retentionFrom({ set: "n", bytes: 0, limit: 9 })).toEqual({ namespace: "n", maxBytes: 0n, limitBytes: 9n });
    expect(retentionFrom({ clear: "n" })).toEqual({ namespace: "n", clear: true });
  });

  it.each([[{ set: "n" }], [{ days: 1 }], [{ set: "n", days: 1, clear: "n" }]])(
    "needs what goes together: %j",
    (options) => {
      expect(() => retentionFrom(options)).toThrow(UsageError);
    },
  );
});

import { describe, expect, it } from "vitest";
import { certificateFinding } from "./checks/certificate.js";
import { shardFindings } from "./checks/shards.js";
import { clockFinding } from "./checks/operations.js";
import type { Check, Examination } from "./examination.js";
import { examine, exitCodeOf } from "./examine.js";
import { fail, type Finding, findingText, ok, warn } from "./finding.js";

const dayMs = 86_400_000;

describe("a certificate", () => {
  const seen = { subjectaltname: "DNS:a", valid_to: new Date(30 * dayMs).toUTCString() };

  it("is well when it is trusted and lasts", () =>
    expect(certificateFinding(seen, null, 0)).toEqual(ok("certificate for DNS:a, valid for 30d")));

  it("is to be looked at two weeks before its end", () => {
    expect(certificateFinding(seen, null, 20 * dayMs)).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("10d"),
    });
  });

  it.each([
    ["ERR_TLS_CERT_ALTNAME_INVALID", "--tls-server-name"],
    ["CERT_HAS_EXPIRED", "Renew"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "--tls-ca"],
  ])("fails with %s, and it is said what to do", (problem, advice) => {
    expect(certificateFinding(seen, problem, 0)).toMatchObject({
      verdict: "fail",
      advice: expect.stringContaining(advice),
    });
  });
});

describe("clocks", () => {
  // The other side tells whole seconds, cut off: half a second is none.
  it.each([
    [500, "ok", "same time"],
    [5_400, "ok", "same time"],
    [60_500, "warn", "1m00s ahead of"],
    [-59_500, "warn", "1m00s behind"],
  ])("%i ms apart are %s", (ms, verdict, words) => {
    expect(clockFinding("a", ms)).toMatchObject({ verdict, message: expect.stringContaining(words) });
  });
});

describe("shards", () => {
  const owned = (...owners: readonly string[]) =>
    owners.map((owner, number) => ({ number, owner, address: owner === "" ? "" : `${owner}:7401` }));

  it("are well when each has an owner, evenly", () => {
    expect(shardFindings(owned("a", "b", "a"))).toEqual([ok("2 replicas own 2 + 1 of 3 shards")]);
    expect(shardFindings([{ number: 0, owner: "a", address: "" }])).toEqual([ok("1 replica owns 1 of 1 shard")]);
  });

  it("fail without an owner", () => {
    expect(shardFindings(owned("a", "", "a", ""))).toEqual([
      fail("2 of 4 shards without an owner: 1, 3", expect.stringContaining("logs") as never),
      ok("1 replica owns 2 of 4 shards"),
    ]);
  });

  it("are to be looked at when they are uneven", () => {
    expect(shardFindings(owned("a", "a", "a", "b"))).toMatchObject([
      { verdict: "warn", message: "uneven: 2 replicas own 3 + 1 of 4 shards" },
    ]);
  });

  it("fail when one of several replicas tells no address", () => {
    const [first, ...others] = owned("a", "b");
    expect(shardFindings([{ ...(first as (typeof others)[number]), address: "" }, ...others])).toMatchObject([
      { verdict: "fail", message: "other replicas can't reach a, which tells no address" },
      { verdict: "ok" },
    ]);
  });
});

describe("an examination", () => {
  const check = (name: string, run: Check["run"], asks?: Check["asks"]): Check => ({
    name,
    run,
    ...(asks && { asks }),
  });
  const run = async (checks: readonly Check[]) => {
    const told: [string, Finding][] = [];
    const examination = { reachable: new Set(["catalog"]), denied: false } as unknown as Examination;
    const counts = await examine(checks, examination, async (name, finding) => void told.push([name, finding]));
    return { told, counts };
  };

  it("tells each finding, in order, and fails when one does", async () => {
    const { told, counts } = await run([
      check("a", async () => [ok("1"), warn("2", "x")]),
      check("b", async () => [fail("3", "y")], "catalog"),
    ]);
    expect(told.map(([name, { message }]) => name + message)).toEqual(["a1", "a2", "b3"]);
    expect(counts).toEqual({ ok: 1, warn: 1, fail: 1, skip: 0 });
    expect([exitCodeOf(counts), exitCodeOf({ ...counts, fail: 0 })]).toEqual([1, 0]);
  });

  it("asks nobody who can't be reached, and nobody once the caller is refused", async () => {
    const never: Check["run"] = () => Promise.reject(new Error("asked"));
    const refuse: Check["run"] = async (examination) => {
      examination.denied = true;
      return [fail("refused", "x")];
    };
    const { told } = await run([
      check("a", never, "scheduler"),
      check("b", refuse, "catalog"),
      check("c", never, "catalog"),
    ]);
    expect(told.map(([, { verdict }]) => verdict)).toEqual(["skip", "fail", "skip"]);
  });

  it("goes on behind a check that breaks", async () => {
    const { told } = await run([
      check("a", () => Promise.reject(new Error("boom"))),
      check("b", async () => [ok("1")]),
    ]);
    expect(told.map(([, { verdict }]) => verdict)).toEqual(["fail", "ok"]);
  });
});

it("a finding says what to do below it", () => {
  expect(findingText("queues", warn("a is paused", "Resume it."), false)).toBe(
    `warn  queues          a is paused\n${" ".repeat(22)}Resume it.\n`,
  );
});

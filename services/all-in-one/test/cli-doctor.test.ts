import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examined } from "./cli-examined.js";
import { cliFor } from "./cli-run.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const token = "token-of-the-doctor";
const tokens = [{ name: "doctor", token, scopes: ["admin"], namespaces: "all" }];
const nobody = "127.0.0.1:1";

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    SWITCHYARD_TOKENS: JSON.stringify(tokens),
  });
});
afterAll(() => system?.stop());

/** The checks that ask a service. */
const dependent = [
  "authentication",
  "scheduler",
  "shards",
  "runners",
  "waiting jobs",
  "queues",
  "log store",
  "catalog",
  "versions",
];

const known = (around: Readonly<Record<string, string>> = {}, address = system.addresses.grpc) =>
  cliFor({ SWITCHYARD_ADDRESS: address, SWITCHYARD_TOKEN: token, ...around });

describe("the doctor", () => {
  it("finds a healthy system healthy", async () => {
    const { code, worst, failed } = await examined(known(), "--ops-address", system.addresses.ops);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    for (const check of [
      "address",
      "connect",
      "clock",
      "health",
      "readiness",
      "scheduler",
      "shards",
      "runners",
      "waiting jobs",
      "queues",
      "log store",
      "catalog",
      "versions",
    ]) {
      expect(worst.get(check), check).toMatchObject({ verdict: "ok" });
    }
  });

  it("says what to do when nobody listens", async () => {
    const { code, worst, failed } = await examined(known({}, nobody));
    expect({ code, failed }).toEqual({ code: 1, failed: ["connect"] });
    expect(worst.get("connect")).toMatchObject({
      message: expect.stringContaining("ECONNREFUSED"),
      advice: expect.stringContaining("--address"),
    });
    expect(worst.get("scheduler")).toMatchObject({ verdict: "skip" });
  });

  it("knows a name that there isn't", async () => {
    const { failed, worst } = await examined(known({}, "nobody.invalid:7400"));
    expect(failed).toEqual(["address", "connect"]);
    expect(worst.get("address")?.message).toContain("nobody.invalid is not known");
  });

  it("tells a wrong token once, and asks nothing more", async () => {
    const { code, out, worst, failed } = await examined(known({ SWITCHYARD_TOKEN: "another-token" }));
    expect({ code, failed }).toEqual({ code: 1, failed: ["authentication"] });
    expect(worst.get("authentication")).toMatchObject({
      message: expect.stringContaining("UNAUTHENTICATED"),
      advice: expect.stringContaining("--token-file"),
    });
    expect(worst.get("health")).toMatchObject({ verdict: "ok" });
    expect(out).not.toContain("another-token");
  });

  it.each([
    ["scheduler", ["scheduler", "shards", "waiting jobs", "queues", "versions"]],
    ["runner-gateway", ["authentication", "runners"]],
    ["log-store", ["log store"]],
    ["catalog", ["catalog"]],
  ])("looks at the others when the %s is gone", async (gone, unasked) => {
    const at = (service: string) => `${service}=${service === gone ? nobody : system.addresses.grpc}`;
    const address = ["scheduler", "runner-gateway", "log-store", "catalog"].map(at).join();
    const { code, worst, failed } = await examined(known({}, address));
    expect({ code, failed }).toEqual({ code: 1, failed: ["connect"] });
    expect(worst.get("connect")?.message).toContain(nobody);
    for (const check of dependent)
      expect(worst.get(check), check).toMatchObject({ verdict: unasked.includes(check) ? "skip" : "ok" });
  });

  it("warns of a namespace without runners, and fails when jobs wait there", async () => {
    const there = known({ SWITCHYARD_NAMESPACE: "lonely" });
    const before = await examined(there);
    expect(before.code).toBe(0);
    expect(before.worst.get("runners")).toMatchObject({
      verdict: "warn",
      advice: expect.stringContaining("pools scale"),
    });
    const id = await there.submit("true");
    const after = await examined(there);
    expect({ code: after.code, failed: after.failed }).toEqual({ code: 1, failed: ["runners"] });
    expect(after.worst.get("waiting jobs")?.message).toMatch(new RegExp(`${id}.*No runner`, "i"));
  });

  it("warns of a paused queue and says how to let it go on", async () => {
    const cli = known();
    await cli.submit("true", "--queue", "held");
    await cli.done("queues", "pause", "held");
    const { code, worst } = await examined(cli);
    await cli.done("queues", "resume", "held");
    expect(code).toBe(0);
    expect(worst.get("queues")).toMatchObject({
      verdict: "warn",
      advice: "Let it go on: switchyard queues resume held",
    });
  });

  it("warns of a job of a kind that no runner does, whatever time it has waited", async () => {
    const cli = known();
    const submitted = await cli.done("jobs", "submit", "cake.bake", "--input", "{}");
    const { code, worst } = await examined(cli);
    await cli.done("jobs", "cancel", submitted.trim());
    expect(code).toBe(0);
    expect(worst.get("waiting jobs")).toMatchObject({
      verdict: "warn",
      message: expect.stringMatching(/lacks: kind cake\.bake/),
      advice: "Start a runner that takes jobs of kind cake.bake.",
    });
  });

  it("notices an operations listener that doesn't answer, and a port that isn't one for gRPC", async () => {
    const { failed, worst } = await examined(known({}, system.addresses.ops), "--ops-address", nobody);
    expect(failed).toEqual(["connect", "readiness"]);
    expect(worst.get("connect")).toMatchObject({ message: expect.stringContaining("speaks no HTTP/2") });
    expect(worst.get("readiness")).toMatchObject({ advice: expect.stringContaining("--ops-address") });
  });

  it("tells a setting that is wrong, and calls nobody", async () => {
    const { code, out, worst } = await examined(known(), "--profile", "none");
    expect(code).toBe(1);
    expect(worst.get("configuration")).toMatchObject({ verdict: "fail", message: 'there is no profile "none"' });
    expect(out.trim().split("\n")).toHaveLength(1);
  });

  it("counts for people, and tells no token", async () => {
    const { code, out, err } = await known().run("doctor");
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {4}configuration {3}no profile: /);
    expect(err).toMatch(/^\d+ ok, \d+ to look at, 0 failed, \d+ not looked at\n$/);
    expect(out + err).not.toContain(token);
  });
});

describe("a caller without rights", () => {
  it("ends with 5", async () => {
    expect(await cliFor(system.cliEnv).run("jobs", "list")).toMatchObject({
      code: 5,
      err: expect.stringContaining("UNAUTHENTICATED"),
    });
  });
});

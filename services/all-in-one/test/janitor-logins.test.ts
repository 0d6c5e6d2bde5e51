import type { HttpGateway } from "@switchyard/http-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { janitorCalls, uniqueName } from "./janitor-calls.js";
import { restCaller } from "./rest-caller.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// The accounts of the janitor dialect's workers, at two gateways, of which one asks for the operator's token.
const adminToken = "the-operator";
let system: TestSystem;
let replica: HttpGateway;
const openBase = () => `http://${system.addresses.http}/janitor`;
const guardedBase = () => `http://${replica.addresses.http}/janitor`;
const [open, guarded] = [restCaller(openBase), restCaller(guardedBase)];

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  replica = await startReplica(system, { JANITOR_ADMIN_TOKEN: adminToken });
});
afterAll(async () => {
  await replica.stop();
  await system.stop();
});

const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});

/** What a worker is answered who asks for a run that is not there: 404, or 401 for one that is none. */
async function statusFor(baseUrl: () => string, name: string, password: string): Promise<number> {
  const path = "/runner/active-runs/7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11";
  return (await janitorCalls(baseUrl).call("GET", path, undefined, basic(name, password))).status;
}

const worker = async (name: string) =>
  (await open("GET", "/admin/workers")).body.workers.find((one: { name: string }) => one.name === name);

describe("workers", () => {
  it("log in at every gateway, for as long as they have an account", async () => {
    const name = `fårm ${uniqueName()}`;
    expect(await statusFor(openBase, name, "sé:cret")).toBe(401);
    expect((await open("POST", "/admin/workers", { name, password: "sé:cret" })).status).toBe(201);
    for (const base of [openBase, guardedBase]) {
      expect(await statusFor(base, name, "sé:cret")).toBe(404);
      expect(await statusFor(base, name, "sé:cret")).toBe(404);
      expect(await statusFor(base, name, "secret")).toBe(401);
    }
    expect((await open("DELETE", `/admin/workers/${encodeURIComponent(name)}`)).status).toBe(200);
    for (const base of [openBase, guardedBase]) expect(await statusFor(base, name, "sé:cret")).toBe(401);
    expect((await open("POST", "/admin/workers", { name, password: "other" })).status).toBe(201);
    for (const base of [openBase, guardedBase]) {
      expect(await statusFor(base, name, "sé:cret")).toBe(401);
      expect(await statusFor(base, name, "other")).toBe(404);
    }
  });

  it("begin with any number of calls at once", async () => {
    const name = uniqueName();
    await open("POST", "/admin/workers", { name, password: "secret" });
    const statuses = await Promise.all(Array.from({ length: 100 }, () => statusFor(openBase, name, "secret")));
    expect(new Set(statuses)).toEqual(new Set([404]));
  });

  it("are made once, by whichever gateway comes first", async () => {
    const name = uniqueName();
    const headers = { authorization: `Bearer ${adminToken}` };
    const answers = await Promise.all(
      [open, guarded, open, guarded].map((via) => via("POST", "/admin/workers", { name, password: "p" }, headers)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  it("are active while they have a run, and seen when they call", async () => {
    const name = uniqueName();
    await open("POST", "/admin/workers", { name, password: "secret", link: `http://${name}.example/` });
    expect(await worker(name)).toEqual({ name, link: `http://${name}.example/`, status: "idle", last_seen: null });
    const codebase = `${name}-a`;
    await open("POST", "/codebases", [{ name: codebase }]);
    await open("POST", "/candidates", [{ codebase, campaign: "unchanged" }]);
    const before = (await open("GET", "/queue/stats")).body;
    const assigned = await open("POST", "/runner/active-runs", { codebase }, basic(name, "secret"));
    expect(assigned.status).toBe(201);
    const { status, last_seen: seen } = await worker(name);
    expect([status, Number.isNaN(Date.parse(seen))]).toEqual(["active", false]);
    // The item stays in the queue until its run is over.
    expect((await open("GET", "/queue/stats")).body).toEqual({ ...before, active_runs: before.active_runs + 1 });
    expect((await open("GET", "/admin/security/stats")).body).toMatchObject({
      total_active_runs: 1,
      active_workers: 1,
    });
    const metrics = await fetch(`${openBase()}/metrics`);
    expect(await metrics.text()).toContain(`active_runs{worker="${name}"} 1`);
  });
});

import { request } from "node:http";
import type { HttpGateway } from "@switchyard/http-gateway";
import { eventually, repeatAfterStalls } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { siloCalls, siloTokens } from "./silo-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
/** A second gateway over the same core. Runners that are made through it count as gone after two seconds. */
let second: HttpGateway;

const one = siloCalls(() => `http://${system.addresses.http}/silo`);
const other = siloCalls(() => `http://${second.addresses.http}/silo`);
const claim = (calls: typeof one, token: string, wait = 0) =>
  calls.call("POST", `/api/runner/claim?wait=${wait}`, { token });
const jobOf = (body: Record<string, unknown>) => body["job"] as Record<string, unknown>;

/** Leases are short here, and a machine that stands still ends them. */
const patient = { timeout: 240_000 };

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", SILO_TOKENS: siloTokens });
  second = await startReplica(system, { SILO_TOKENS: siloTokens, SILO_RUNNER_TIMEOUT: "2" });
});
afterAll(async () => {
  await second.stop();
  await system.stop();
});

describe("parallel claims", () => {
  it("of one job by twenty runners over two gateways have one winner", async () => {
    const tag = await one.define();
    const runners = await Promise.all([...Array(20)].map(() => one.makeRunner(tag)));
    const job = await one.makeJob(tag);
    const answers = await Promise.all(runners.map(({ token }, index) => claim(index % 2 ? one : other, token)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(204)]);
    expect(jobOf(winners[0]?.body ?? {})).toMatchObject({ id: job, attempt: 1, status: "claimed" });
  });

  it("of one runner never exceed what it may hold, over two gateways", async () => {
    const tag = await one.define();
    const { id, token } = await one.makeRunner(tag, { max_concurrent: 3 });
    for (let count = 0; count < 6; count += 1) await one.makeJob(tag);
    const answers = await Promise.all([...Array(20)].map((_, index) => claim(index % 2 ? one : other, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect((await one.call("GET", `/api/runners/${id}`)).body["running_jobs"]).toHaveLength(3);
  });
});

describe("a claim that waits", () => {
  it("gets the job that comes", async () => {
    const tag = await one.define();
    const { token } = await one.makeRunner(tag);
    const waiting = claim(other, token, 25);
    const job = await one.makeJob(tag);
    expect(jobOf((await waiting).body)["id"]).toBe(job);
  });

  it("of a runner that went away does not keep the job, nor count", async () => {
    const tag = await one.define();
    const [gone, here] = [await one.makeRunner(tag), await one.makeRunner(tag)];
    const { hostname, port } = new URL(`http://${system.addresses.http}`);
    const headers = { authorization: `Bearer ${gone.token}` };
    const held = request({
      hostname,
      port,
      method: "POST",
      path: "/silo/api/runner/claim?wait=25",
      headers,
      agent: false,
    });
    held.on("error", () => undefined);
    held.end();
    // Its call counts as a sign of life once it has got as far as the claim.
    await eventually(async () => {
      expect((await one.call("GET", `/api/runners/${gone.id}`)).body["status"]).toBe("online");
    });
    held.destroy();
    const job = await one.makeJob(tag);
    const answer = await claim(one, here.token, 25);
    expect(jobOf(answer.body)).toMatchObject({ id: job, attempt: 1, runner_id: here.id });
  });

  it("ends without the job when the runner was given another token meanwhile", async () => {
    const tag = await one.define();
    const { id, token } = await one.makeRunner(tag);
    const waiting = claim(one, token, 25);
    await eventually(async () => expect((await one.call("GET", `/api/runners/${id}`)).body["status"]).toBe("online"));
    const fresh = (await other.call("POST", `/api/runners/${id}/rotate`)).body["token"] as string;
    const job = await one.makeJob(tag);
    expect((await waiting).status).toBe(401);
    const answer = await claim(one, fresh, 25);
    expect(jobOf(answer.body)).toMatchObject({ id: job, attempt: 1 });
  });
});

describe("tokens", () => {
  it("stop at once, at every gateway", async () => {
    const tag = await one.define();
    const { id, token } = await one.makeRunner(tag);
    expect((await claim(other, token)).status).toBe(204);
    const fresh = (await one.call("POST", `/api/runners/${id}/rotate`)).body["token"] as string;
    expect((await claim(other, token)).status).toBe(401);
    expect((await claim(other, fresh)).status).toBe(204);
    expect((await one.call("DELETE", `/api/runners/${id}`)).status).toBe(204);
    expect((await claim(other, fresh)).status).toBe(401);
  });
});

describe("a claim is lost", () => {
  it("when its time is over, whatever the runner says, until the retries are used up", patient, () =>
    repeatAfterStalls(async () => {
      const tag = await one.define({ timeout: 2, max_retries: 1 });
      const runner = await one.makeRunner(tag);
      const job = await one.makeJob(tag);
      const first = await claim(one, runner.token);
      const path = `/api/runner/jobs/${job}`;
      expect((await one.call("PUT", `${path}/progress`, { token: runner.token, body: { progress: 30 } })).status).toBe(
        200,
      );
      await eventually(async () => expect((await one.job(job))["status"]).toBe("pending"), { timeoutMs: 20_000 });
      expect(await one.job(job)).toMatchObject({
        ...{ attempt: 1, runner_id: null, runner_name: null, claimed_at: null, started_at: null, expires_at: null },
      });
      const late = await one.call("POST", `${path}/complete`, { token: runner.token });
      expect([late.status, late.body["error"]]).toEqual([409, "stale_claim"]);

      const again = await claim(one, runner.token, 5);
      expect(jobOf(again.body)).toMatchObject({ id: job, attempt: 2, error: null, progress: 0 });
      expect(again.body["claim_id"]).not.toBe(first.body["claim_id"]);
      await eventually(async () => expect((await one.job(job))["status"]).toBe("failed"), { timeoutMs: 20_000 });
      expect(await one.job(job)).toMatchObject({ attempt: 2, error: expect.stringMatching(/^timeout/) });
      const tooLate = await one.call("POST", `${path}/fail`, { token: runner.token, body: { error: "e" } });
      expect([tooLate.status, tooLate.body["error"]]).toEqual([409, "stale_claim"]);
      expect(await one.messages(job)).toEqual([
        "job created",
        "job claimed",
        expect.stringMatching(/^job requeued: timeout/),
        "job claimed",
        expect.stringMatching(/^claim lost: timeout/),
        expect.stringMatching(/^job failed: timeout/),
      ]);
    }),
  );

  it("when its runner is silent, which is offline then", patient, () =>
    repeatAfterStalls(async () => {
      const tag = await one.define({ max_retries: 0 });
      const runner = await other.makeRunner(tag);
      const job = await one.makeJob(tag);
      expect((await claim(one, runner.token)).status).toBe(200);
      await eventually(async () => expect((await one.job(job))["status"]).toBe("failed"), { timeoutMs: 20_000 });
      expect(await one.job(job)).toMatchObject({ attempt: 1, error: expect.stringMatching(/^runner lost/) });
      expect((await one.call("GET", `/api/runners/${runner.id}`)).body).toMatchObject({
        status: "offline",
        running_jobs: [],
      });
      // It comes back, and hears what it has to stop.
      const { body } = await one.call("POST", "/api/runner/heartbeat", {
        token: runner.token,
        body: { running: [job] },
      });
      expect(body).toMatchObject({ status: "ok", cancel: [job] });
      expect((await one.call("GET", `/api/runners/${runner.id}`)).body["status"]).toBe("online");
    }),
  );
});

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { SwitchyardError } from "@switchyard/errors";
import type { HttpGatewayDeps } from "@switchyard/http-gateway";
import { CoordinationService } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createInMemoryTransport, route } from "@switchyard/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newWord, type RunpackCaller, runpackVariables, startGateway } from "./runpack.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
const { submitKey, runnerKey, adminKey } = runpackVariables;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
});
afterAll(() => system.stop());

/** Runs a test against a gateway with settings of its own. */
async function withGateway(
  env: Readonly<Record<string, string>>,
  test: (runpack: RunpackCaller) => Promise<void>,
  over: Partial<HttpGatewayDeps> = {},
): Promise<void> {
  const { gateway, runpack } = await startGateway(system, env, over);
  try {
    await test(runpack);
  } finally {
    await gateway.stop();
  }
}

const get = (runpack: RunpackCaller, path: string, key?: string) =>
  runpack.call("GET", path, key === undefined ? {} : { key });

/** A job that ends well at once. */
async function completed(runpack: RunpackCaller, jobType: string, output_data: unknown): Promise<string> {
  const { body } = await runpack.submit(jobType, {});
  const runner = await runpack.register();
  await runpack.act(runner, body.job_id, "claim");
  await runpack.act(runner, body.job_id, "complete", { output_data, console_output: "" });
  return body.job_id;
}

describe("keys", () => {
  it("that are not set let nobody in", async () => {
    const none = { SUBMIT_API_KEY: "", RUNNER_API_KEY: "", ADMIN_API_KEY: " , " };
    await withGateway(none, async (runpack) => {
      for (const key of [submitKey, runnerKey, adminKey, ""]) {
        for (const path of ["/api/jobs/x", "/api/runner/verify", "/api/admin/stats", "/api/admin/jobs/x"]) {
          const { status, body } = await get(runpack, path, key);
          expect([status, Object.keys(body)]).toEqual([401, ["error"]]);
          if (key !== "") expect(body.error).toBe("Invalid API key");
        }
      }
      expect((await get(runpack, "/health")).status).toBe(200);
    });
  });

  it("may be several, to change them without a gap", async () => {
    await withGateway({ ADMIN_API_KEY: "new-key,old-key" }, async (runpack) => {
      for (const key of ["new-key", "old-key"]) expect((await get(runpack, "/api/admin/stats", key)).status).toBe(200);
      expect((await get(runpack, "/api/admin/stats", "new-key,old-key")).status).toBe(401);
    });
  });
});

describe("public job details", () => {
  it("are open to everybody who knows the id, and nothing else is", async () => {
    await withGateway({ RUNPACK_PUBLIC_JOB_DETAIL: "1" }, async (runpack) => {
      const { body } = await runpack.submit(newWord(), { a: 1 });
      expect(await get(runpack, `/api/admin/jobs/${body.job_id}`)).toMatchObject({
        ...{ status: 200, body: { job_id: body.job_id, input_params: { a: 1 } } },
      });
      expect((await get(runpack, "/api/admin/jobs/x")).status).toBe(404);
      expect((await get(runpack, `/api/admin/jobs/${body.job_id}`, "nonsense")).status).toBe(200);
      expect((await get(runpack, "/api/admin/jobs")).status).toBe(401);
      expect((await runpack.call("DELETE", `/api/admin/jobs/${body.job_id}`)).status).toBe(401);
    });
  });
});

describe("addresses", () => {
  it("that clients claim to have count for nothing where no proxy is trusted", async () => {
    await withGateway({ TRUST_PROXY: "false" }, async (runpack) => {
      const statuses: number[] = [];
      for (let n = 0; n < 11; n += 1) statuses.push((await runpack.submit(newWord(), {}, newWord())).status);
      expect(statuses).toEqual([...Array(10).fill(201), 429]);
    });
  });
});

describe("sums", () => {
  it("count the jobs of a namespace by status", async () => {
    await withGateway({ RUNPACK_NAMESPACE: newWord() }, async (runpack) => {
      const none = { pending: 0, claimed: 0, in_progress: 0, completed: 0, failed: 0, expired: 0, total: 0 };
      const stats = async () => (await get(runpack, "/api/admin/stats", adminKey)).body;
      expect(await stats()).toEqual({ jobs: none, runners: { total: 0, active: 0 } });
      const runner = await runpack.register();
      const ids = await Promise.all([0, 1, 2, 3, 4].map(async (n) => (await runpack.submit("t", { n })).body.job_id));
      for (const id of ids.slice(1)) await runpack.act(runner, id, "claim");
      await runpack.act(runner, ids[2], "heartbeat", { console_output: "" });
      await runpack.act(runner, ids[3], "complete", { output_data: 1, console_output: "" });
      await runpack.act(runner, ids[4], "error", { error_message: "", console_output: "" });
      const one = { pending: 1, claimed: 1, in_progress: 1, completed: 1, failed: 1, expired: 0, total: 5 };
      expect(await stats()).toEqual({ jobs: one, runners: { total: 1, active: 1 } });
      for (const id of ids) await runpack.call("DELETE", `/api/admin/jobs/${id}`, { key: adminKey });
      expect((await stats()).jobs).toEqual(none);
    });
  });
});

describe("active runners", () => {
  it("are those that have called lately", async () => {
    const env = { RUNPACK_NAMESPACE: newWord(), RUNPACK_RUNNER_ACTIVE_MS: "1" };
    await withGateway(env, async (runpack) => {
      const runner = await runpack.register();
      await expect
        .poll(async () => (await get(runpack, `/api/admin/runners/${runner}`, adminKey)).body.is_active)
        .toBe(false);
      const { body } = await get(runpack, "/api/admin/stats", adminKey);
      expect(body.runners).toEqual({ total: 1, active: 0 });
    });
    await withGateway({ RUNPACK_NAMESPACE: env.RUNPACK_NAMESPACE }, async (runpack) => {
      const { body } = await get(runpack, "/api/admin/stats", adminKey);
      expect(body.runners).toEqual({ total: 1, active: 1 });
    });
  });
});

describe("results that name published pages", () => {
  const bad = { pages: [{ figpack_url: "https://figures.example.org/a/page.html" }] };

  it("are kept for ever unless it is asked for", async () => {
    await withGateway({}, async (runpack) => {
      const jobType = newWord();
      await completed(runpack, jobType, bad);
      expect((await runpack.submit(jobType, {})).body).toMatchObject({ status: "completed" });
    });
  });

  it("expire with their pages, once, and make room for a new job", async () => {
    await withGateway({ RUNPACK_CHECK_RESULT_URLS: "1" }, async (runpack) => {
      const [submitted, checked] = [newWord(), newWord()];
      const first = await completed(runpack, submitted, bad);
      expect((await get(runpack, `/api/jobs/${first}`, submitKey)).body).toMatchObject({ status: "completed" });
      expect(await runpack.submit(submitted, {})).toEqual({
        status: 200,
        body: { job_id: first, status: "expired", message: "Job result has expired" },
      });
      expect((await get(runpack, `/api/jobs/${first}`, submitKey)).status).toBe(404);
      expect((await runpack.submit(submitted, {})).status).toBe(201);

      const second = await completed(runpack, checked, bad);
      expect((await runpack.check(checked, {})).body).toEqual({
        ...{ exists: true, job_id: second, status: "expired", message: "Job exists but result has expired" },
      });
      expect((await runpack.check(checked, {})).body).toEqual({ exists: false, message: "Job does not exist" });
    });
  });

  it("stay when their pages are none of the listed hosts'", async () => {
    const env = { RUNPACK_CHECK_RESULT_URLS: "1", RUNPACK_RESULT_HOSTS: "localhost" };
    await withGateway(env, async (runpack) => {
      const [elsewhere, here] = [newWord(), newWord()];
      await completed(runpack, elsewhere, { figpack_url: "https://figures.example.org/a/index.html" });
      expect((await runpack.check(elsewhere, {})).body).toMatchObject({ status: "completed" });
      // A listed host that is no public one is not connected to.
      await completed(runpack, here, { figpack_url: "http://localhost:9/index.html" });
      expect((await runpack.check(here, {})).body).toMatchObject({ status: "expired" });
    });
  });
});

describe("the relay", () => {
  it("hears of new jobs, and may fail", async () => {
    const heard: { request: IncomingMessage; body: string }[] = [];
    let status = 200;
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        heard.push({ request, body });
        response.writeHead(status).end("ok");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const env = { NOTIFY_RELAY_BASE_URL: `http://127.0.0.1:${port}/relay/`, NOTIFY_RELAY_PUBLISH_KEY: "publish-key" };
    await withGateway(env, async (runpack) => {
      const jobType = "example_task";
      const input = { param1: "value1", param2: "value2" };
      const { status: created, body: job } = await runpack.submit(jobType, input);
      expect(created).toBe(201);
      expect((await runpack.submit(jobType, input)).status).toBe(200);
      expect(heard).toHaveLength(1);
      const [{ request, body }] = heard as [(typeof heard)[0]];
      expect([request.method, request.url]).toEqual(["POST", "/relay/publish"]);
      expect(request.headers).toMatchObject({ authorization: "publish-key", "content-type": "application/json" });
      const { topic, message } = JSON.parse(body);
      expect(topic).toBe("runpack_notifications");
      expect(JSON.parse(message)).toEqual({
        ...{ type: "new_job", job_id: job.job_id, job_type: jobType, timestamp: expect.any(Number) },
        job_hash: "959427a0b1f729c97e66ebbb0fc3fb210a9df9283a00d55a3e7c5ee2c7b75549",
      });
      status = 500;
      expect((await runpack.submit(newWord(), {})).status).toBe(201);
      expect(heard).toHaveLength(2);
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      expect((await runpack.submit(newWord(), {})).status).toBe(201);
    });
  });
});

describe("an outage", () => {
  const away = new SwitchyardError("STORAGE_UNAVAILABLE", "connection to 10.1.2.3 refused");
  const refuse = () => {
    throw away;
  };

  it("of the scheduler is said with the operation that failed", async () => {
    const scheduler = createInMemoryTransport({
      routes: [route(JobService, { submitJobs: refuse, getJob: refuse, lookupResult: refuse })],
    });
    await withGateway(
      {},
      async (runpack) => {
        const details = "The service is not available at the moment";
        const submitted = await runpack.submit(newWord(), {});
        expect(submitted).toEqual({ status: 503, body: { error: "Failed to submit job", details } });
        expect(await runpack.check(newWord(), {})).toMatchObject({
          status: 503,
          body: { error: "Failed to check job" },
        });
        const path = "/api/jobs/7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11";
        const read = await get(runpack, path, submitKey);
        expect(read).toEqual({ status: 503, body: { error: "Failed to get job status", details } });
      },
      { scheduler },
    );
  });

  it("of the rate limits lets requests pass", async () => {
    const catalog = createInMemoryTransport({ routes: [route(CoordinationService, { takeTokens: refuse })] });
    const address = newWord();
    await withGateway(
      {},
      async (runpack) => {
        for (let n = 0; n < 12; n += 1) expect((await runpack.submit(newWord(), {}, address)).status).toBe(201);
      },
      { catalog },
    );
  });
});

describe("the OpenAPI document", () => {
  it("has every endpoint of the contract", async () => {
    const { gateway } = await startGateway(system);
    const answer = await fetch(`http://${gateway.addresses.http}/docs/runpack`);
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, { parameters?: object[] }>> };
    await gateway.stop();
    const endpoints = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(endpoints.sort()).toEqual(
      [
        ...["POST /api/jobs/check", "POST /api/jobs/submit", "GET /api/jobs/{jobId}"],
        ...["POST /api/runner/register", "GET /api/runner/verify", "GET /api/runner/jobs/available"],
        ...["claim", "heartbeat", "complete", "error"].map((action) => `POST /api/runner/jobs/{jobId}/${action}`),
        ...["GET /api/admin/jobs", "GET /api/admin/runners", "GET /api/admin/stats"],
        ...["GET /api/admin/jobs/{jobId}", "GET /api/admin/runners/{runnerId}", "DELETE /api/admin/jobs/{jobId}"],
        ...["POST /api/admin/jobs/batch-delete", "GET /", "GET /health"],
      ].sort(),
    );
    expect(paths["/api/runner/jobs/available"]?.["get"]?.parameters).toMatchObject([{ name: "types[]", in: "query" }]);
  });
});

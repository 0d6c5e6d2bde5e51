import { createConnectTransport } from "@connectrpc/connect-node";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createClient, createInMemoryTransport, route } from "@switchyard/rpc";
import { reasonOf, SwitchyardError } from "@switchyard/errors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proxyRoute } from "../src/index.js";
import { httpCall } from "./cases/http-call.js";
import { type GatewayUnderTest, startGateway } from "./gateway-under-test.js";

let under: GatewayUnderTest;
beforeEach(async () => {
  under = await startGateway({ DIALECT_TASK_EXECUTOR_LISTEN: "127.0.0.1:0" });
});
afterEach(() => under.gateway.stop());

const get = (path: string, base = under.url) => httpCall(base, { method: "GET", path });

describe("the main listener", () => {
  it("has a start page, a list of documents and a document for each dialect", async () => {
    const start = await get("/");
    expect(start.headers["content-type"]).toContain("text/html");
    expect(start.text).toContain('href="/task-executor/"');
    expect((await get("/docs")).text).toContain('href="/docs/task-executor"');
    const document = JSON.parse((await get("/docs/task-executor")).text) as {
      paths: Record<string, object>;
      openapi: string;
    };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toContain("/api/v1/workers/{worker_id}/tasks/{task_id}/complete");
    expect(Object.keys(document.paths["/api/v1/tasks/{task_id}/cancel"] ?? {})).toEqual(["post", "put"]);
    expect((await get("/docs/nothing")).status).toBe(404);
    const own = `http://${under.gateway.addresses.dialects["task-executor"]}`;
    expect(JSON.parse((await get("/docs", own)).text)).toEqual(document);
  });

  it("keeps the errors of a dialect to the dialect", async () => {
    expect(JSON.parse((await get("/nothing")).text)).not.toHaveProperty("request_id");
    expect(JSON.parse((await get("/task-executor/nothing")).text)).toHaveProperty("request_id");
    expect((await get("/%zz")).text).not.toContain("request_id");
  });
});

describe("/rpc", () => {
  it("passes JSON calls on", async () => {
    const call = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const path = "/rpc/switchyard.scheduler.v1.JobService/GetStatus";
    const answer = await httpCall(under.url, { ...call, path });
    expect(JSON.parse(answer.text)).toMatchObject({ databaseConnected: true, version: "model" });
    const internal = "/rpc/switchyard.scheduler.v1.DispatchService/ReportAttempts";
    expect((await httpCall(under.url, { ...call, path: internal })).status).toBe(404);
  });

  it("passes reasons back", async () => {
    const jobs = createClient(JobService, createConnectTransport({ baseUrl: `${under.url}/rpc`, httpVersion: "1.1" }));
    const by = { case: "jobId" as const, value: "x" };
    const reason = await jobs.getJob({ namespace: "n", by }).catch(reasonOf);
    expect(reason).toBe("JOB_NOT_FOUND");
  });

  it("passes the caller's token on, streams messages and cancels what nobody reads any more", async () => {
    let token: string | null = null;
    let ended: (() => void) | undefined;
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const core = route(LogService, {
      async *tailLog(_, context) {
        token = context.requestHeader.get("authorization");
        try {
          for (let missed = 1n; ; missed += 1n) yield { missed };
        } finally {
          ended?.();
        }
      },
    });
    const behind = createInMemoryTransport({ routes: [core] });
    const proxied = createInMemoryTransport({ routes: [proxyRoute(LogService, behind)] });
    const headers = { authorization: "Bearer t", cookie: "c" };
    const seen: bigint[] = [];
    for await (const { missed } of createClient(LogService, proxied).tailLog({}, { headers })) {
      seen.push(missed);
      if (seen.length === 3) break;
    }
    await over;
    expect([seen, token]).toEqual([[1n, 2n, 3n], "Bearer t"]);
  });
});

describe("the operations listener", () => {
  it("answers probes and metrics, and ends with the gateway", async () => {
    const ops = `http://${under.gateway.addresses.ops}`;
    expect((await get("/livez", ops)).status).toBe(200);
    expect((await get("/readyz", ops)).status).toBe(200);
    await get("/task-executor/api/v1/tasks/7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11");
    await get("/task-executor/nothing/7b0c5a0e");
    const { text } = await get("/metrics", ops);
    expect(text).toContain("process_cpu_seconds_total");
    expect(text).toContain(
      'switchyard_http_requests_total{dialect="task-executor",method="GET",route="/task-executor/api/v1/tasks/:task_id",status="404"} 1',
    );
    expect(text).toContain('{dialect="task-executor",method="GET",route="unmatched",status="404"} 1');
    expect(text).not.toContain("7b0c5a0e");
    await Promise.all([under.gateway.stop(), under.gateway.stop()]);
    expect(under.gateway.readiness.ready).toBe(false);
    await expect(get("/livez", ops)).rejects.toThrow();
    await expect(get("/")).rejects.toThrow();
  });
});

describe("the end", () => {
  it("leaves load balancers time to notice that the gateway is not ready", async () => {
    await under.gateway.stop();
    under = await startGateway({ STOP_PROPAGATION: "1s" });
    const began = performance.now();
    const stopped = under.gateway.stop();
    expect((await get("/readyz", `http://${under.gateway.addresses.ops}`)).status).toBe(503);
    expect((await get("/docs")).status).toBe(200);
    await stopped;
    expect(performance.now() - began).toBeGreaterThan(900);
    await expect(get("/docs")).rejects.toThrow();
  });

  it("does not wait longer than a process may take to end", async () => {
    await expect(startGateway({ STOP_PROPAGATION: "16s" })).rejects.toThrow("STOP_PROPAGATION: expected at most 15s");
  });
});

describe("an outage of the core", () => {
  it("is a 503 and shows in health, readiness and metrics", async () => {
    under.model.outage = new SwitchyardError("STORAGE_UNAVAILABLE", "connection to 10.1.2.3 refused");
    const tasks = await get("/task-executor/api/v1/tasks");
    expect(tasks.status).toBe(503);
    expect(JSON.parse(tasks.text)).toMatchObject({
      type: "service_unavailable",
      detail: expect.not.stringContaining("10.1.2.3"),
    });
    const health = await get("/task-executor/health");
    expect(health.status).toBe(503);
    expect(JSON.parse(health.text)).toMatchObject({
      status: "unhealthy",
      database: { connected: false, latency_ms: null },
    });
    const ready = await get("/task-executor/ready");
    expect([ready.status, JSON.parse(ready.text)]).toEqual([503, { ready: false, database: false, workers: false }]);
    const metrics = await get("/task-executor/metrics");
    expect(metrics.status).toBe(200);
    expect(metrics.text).toContain("http_requests_total{");
    expect(metrics.text).not.toContain("task_queue_size{");
  });
});

import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { connect } from "node:net";
import { promisify } from "node:util";
import { eventually } from "@switchyard/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { httpCall } from "./cases/http-call.js";
import { type GatewayUnderTest, startGateway } from "./gateway-under-test.js";

let under: GatewayUnderTest;
let base: string;
beforeEach(async () => {
  under = await startGateway();
  base = `${under.url}/task-executor`;
});
afterEach(() => under.gateway.stop());

const post = (path: string, body: unknown) =>
  httpCall(base, {
    method: "POST",
    path,
    body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
const get = (path: string) => httpCall(base, { method: "GET", path });
const connections = () => promisify(under.gateway.app.server.getConnections.bind(under.gateway.app.server))();
const create = async (parameters: object = {}, problem_id = "p") =>
  JSON.parse((await post("/api/v1/tasks", { problem_id, parameters })).text) as { id: string };
const register = (worker_id: string, capabilities = {}) =>
  post("/api/v1/workers/register", { worker_id, backend_type: "b", capabilities });

describe("bodies", () => {
  it("over the limit are read to their end and refused", async () => {
    const padding = (bytes: number) => `{"problem_id":"p","x":"${"y".repeat(bytes)}"}`;
    const tooLarge = await post("/api/v1/tasks", padding(8 * 1024 ** 2));
    expect(tooLarge.status).toBe(413);
    expect(JSON.parse(tooLarge.text)).toMatchObject({
      type: "payload_too_large",
      request_id: tooLarge.headers["x-request-id"],
    });
    const exact = padding(1024 ** 2 - padding(0).length);
    expect(Buffer.byteLength(exact)).toBe(1_048_576);
    expect((await post("/api/v1/tasks", exact)).status).toBe(201);
    expect((await post("/api/v1/tasks", `${exact} `)).status).toBe(413);
    expect((await post("/api/v1/tasks/7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11/cancel", padding(2 ** 20))).status).toBe(
      413,
    );
  });

  it("that are nested too deeply are refused, however deep", async () => {
    const nested = (depth: number) => `{"problem_id":"p","parameters":{"x":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
    expect((await post("/api/v1/tasks", nested(500))).status).toBe(201);
    for (const depth of [1001, 100_000, 500_000]) expect((await post("/api/v1/tasks", nested(depth))).status).toBe(422);
  });

  it("that are no UTF-8 are refused", async () => {
    const bytes = Buffer.concat([Buffer.from('{"problem_id":"p","x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect((await post("/api/v1/tasks", bytes)).status).toBe(422);
  });

  it("make no prototypes", async () => {
    await create({ constructor: { prototype: { polluted: 1 } } });
    await post(
      "/api/v1/tasks",
      '{"problem_id":"p","__proto__":{"polluted":1},"parameters":{"__proto__":{"priority":9}}}',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(JSON.parse((await get("/api/v1/tasks?limit=1")).text)).toMatchObject([{ parameters: { priority: 5 } }]);
  });
});

describe("lists", () => {
  it("that are long are streamed whole, over pages of the core", async () => {
    const blob = "z".repeat(50_000);
    for (let index = 0; index < 60; index += 1) await create({ blob, index });
    const answer = await get("/api/v1/tasks?limit=55&sort=created_at");
    const tasks = JSON.parse(answer.text) as { parameters: { index: number } }[];
    expect(tasks.map(({ parameters }) => parameters.index)).toEqual([...Array(55).keys()]);
    expect([answer.headers["x-total-count"], answer.headers["transfer-encoding"]]).toEqual(["60", "chunked"]);
    const deployed = JSON.parse((await get("/api/v1/tasks?page=2&page_size=40&sort=created_at")).text);
    expect(deployed).toMatchObject({ total: 60, page: 2, page_size: 40 });
    expect(deployed.tasks).toHaveLength(20);
  });

  it("of log entries hold the newest of many, over pages of the store", async () => {
    await register("w");
    const { id } = await create();
    await post("/api/v1/workers/w/claim", "");
    const entries = [...Array(40).keys()].map((n) => ({ level: n % 2 === 0 ? "info" : "debug", message: `line ${n}` }));
    await post(`/api/v1/workers/w/tasks/${id}/logs`, { entries });
    const messages = async (query: string) =>
      (JSON.parse((await get(`/api/v1/tasks/${id}/logs?${query}`)).text) as { message: string }[]).map(
        ({ message }) => message,
      );
    expect(await messages("limit=30")).toEqual([...Array(30).keys()].map((n) => `line ${n + 10}`));
    expect(await messages("level=debug&limit=3")).toEqual(["line 35", "line 37", "line 39"]);
    expect(await messages("level=critical")).toEqual([]);
    expect(await messages("")).toHaveLength(42);
  });
});

describe("claims", () => {
  it("in parallel hand out one task to one claimer", async () => {
    await register("w");
    for (let count = 0; count < 5; count += 1) await create();
    const answers = await Promise.all([...Array(20)].map(() => post("/api/v1/workers/w/claim", "")));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(204)]);
  });

  it("whose answer nobody reads are given back", async () => {
    await register("w");
    const { id } = await create();
    const { hostname, port } = new URL(base);
    // The gateway learns of the hang-up only while it answers: the core's answer is held until the socket has gone.
    const held = under.model.holdClaims();
    const socket = connect(Number(port), hostname);
    socket.write("POST /task-executor/api/v1/workers/w/claim HTTP/1.1\r\nhost: x\r\n\r\n");
    await held.entered;
    socket.destroy();
    await eventually(async () => expect(await connections()).toBe(0));
    held.release();
    await eventually(() => expect(under.model.jobs.get(id)?.lastAttempt?.state).toBe(AttemptState.RELEASED));
    expect(under.model.jobs.get(id)?.state).toBe(JobState.QUEUED);
  });
});

describe("settings", () => {
  it("choose shape, ids and defaults", async () => {
    const other = await startGateway({
      TASK_EXECUTOR_SHAPE: "deployed",
      STRICT_WORKER_IDS: "true",
      DEFAULT_TIMEOUT_MINUTES: "1",
      DEFAULT_PRIORITY: "2",
    });
    base = `${other.url}/task-executor`;
    try {
      expect(JSON.parse((await get("/api/v1/tasks")).text)).toEqual({ tasks: [], total: 0, page: 1, page_size: 20 });
      expect((await get("/api/v1/tasks?shape=documented")).text).toBe("[]");
      expect(JSON.parse((await get("/health")).text)).toMatchObject({ status: "degraded" });
      expect((await register("w")).status).toBe(422);
      expect((await register("worker-001-kind")).status).toBe(201);
      expect((await post("/api/v1/workers/worker-001-kind/claim", "")).text).toBe("null");
      expect(await create()).toMatchObject({ parameters: { timeout_minutes: 1, priority: 2 } });
    } finally {
      await other.gateway.stop();
    }
  });

  it("say when a silent worker counts as gone", async () => {
    const other = await startGateway({ WORKER_HEARTBEAT_TIMEOUT: "1" });
    base = `${other.url}/task-executor`;
    try {
      await register("w");
      const { id } = await create();
      await post("/api/v1/workers/w/claim", "");
      await eventually(async () => {
        expect(JSON.parse((await get(`/api/v1/tasks/${id}`)).text)).toMatchObject({
          status: "pending",
          worker_id: null,
          started_at: null,
        });
      });
      expect(JSON.parse((await get("/api/v1/workers/w")).text)).toMatchObject({ status: "offline" });
      expect((await post("/api/v1/workers/w/claim", "")).status).toBe(200);
    } finally {
      await other.gateway.stop();
    }
  });
});

describe("long error texts", () => {
  it("are shown whole", async () => {
    await register("w");
    const { id } = await create();
    await post("/api/v1/workers/w/claim", "");
    const error = "é".repeat(100_000);
    await post(`/api/v1/workers/w/tasks/${id}/fail`, { error });
    expect(JSON.parse((await get(`/api/v1/tasks/${id}`)).text)).toMatchObject({ error_details: error, result: null });
  });
});

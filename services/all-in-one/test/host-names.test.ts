import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import type { HttpGateway } from "@switchyard/http-gateway";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type HttpAnswer, type HttpCall, httpCall } from "../../http-gateway/test/cases/http-call.js";
import { startReplica } from "./gateway-replica.js";
import { siloTokens } from "./silo-calls.js";
import { openEvents, openSocket, type StreamMessage } from "./task-streams.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Two dialects at names of their own and one without, on one listener. The cases of each dialect run at its name too, in
// the files of the cases.
const [tasks, silo] = ["tasks.example.org", "silo.example.org"];
const names = { DIALECT_TASK_EXECUTOR_HOSTNAME: tasks, DIALECT_SILO_HOSTNAME: silo, SILO_TOKENS: siloTokens };
let system: TestSystem;
const gateways: HttpGateway[] = [];

beforeAll(async () => {
  const own = { DIALECT_TASK_EXECUTOR_LISTEN: "127.0.0.1:0", DIALECT_SILO_LISTEN: "127.0.0.1:0" };
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", ...own, ...names });
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});
afterAll(() => system.stop());

const main = () => `http://${system.addresses.http}`;

/** Asks the main listener in the name of a host; without one, in its own. */
function ask(host: string | undefined, path: string, call: Partial<HttpCall> = {}): Promise<HttpAnswer> {
  const headers = { ...(host === undefined ? {} : { host }), ...call.headers };
  return httpCall(main(), { method: "GET", path, ...call, headers });
}

async function newTask(): Promise<string> {
  const body = JSON.stringify({ problem_id: "p", parameters: { backend_type: "none" } });
  const { status, text } = await ask(tasks, "/api/v1/tasks", { method: "POST", body });
  expect(status).toBe(201);
  return JSON.parse(text).id as string;
}

describe("a dialect at a host name", () => {
  it("is at the root there, however the name is written, and under its prefix everywhere else", async () => {
    const id = await newTask();
    const path = `/api/v1/tasks/${id}`;
    for (const host of [tasks, "Tasks.EXAMPLE.org", `${tasks}:8080`, `${tasks}.`, `${tasks}.:80`]) {
      const { status, text } = await ask(host, path);
      expect([host, status, JSON.parse(text).id]).toEqual([host, 200, id]);
    }
    for (const host of [undefined, "elsewhere.example.org", "[::1]:8080", "", silo.slice(1)]) {
      const prefixed = await ask(host, `/task-executor${path}`);
      expect([host, prefixed.status, JSON.parse(prefixed.text).id]).toEqual([host, 200, id]);
      expect([host, (await ask(host, path)).status]).toEqual([host, 404]);
    }
  });

  it.each<[string, string, string, Partial<HttpCall>?]>([
    ["task-executor", "GET", "/"],
    ["task-executor", "GET", "/docs"],
    ["task-executor", "POST", "/docs"],
    ["task-executor", "GET", "/docs/task-executor"],
    ["task-executor", "GET", "/nowhere?x=1"],
    ["task-executor", "GET", "//api/v1/tasks"],
    ["task-executor", "GET", "/%zz"],
    ["task-executor", "GET", "/api/v1/tasks/no-id"],
    ["task-executor", "PATCH", "/api/v1/tasks"],
    ["task-executor", "POST", "/api/v1/tasks", { body: "{" }],
    ["task-executor", "OPTIONS", "/api/v1/tasks", { headers: { origin: "http://page" } }],
    ["task-executor", "OPTIONS", "*"],
    ["task-executor", "HEAD", "/ready"],
    ["task-executor", "GET", "/task-executor/ready"],
    ["task-executor", "GET", "/silo/api/jobs"],
    ["task-executor", "POST", "/rpc/switchyard.scheduler.v1.JobService/GetStatus", { body: "{}" }],
    ["silo", "GET", "/"],
    ["silo", "GET", "/docs"],
    ["silo", "GET", "/%zz"],
    ["silo", "GET", "/api/jobs"],
    ["silo", "GET", "/task-executor/ready"],
    ["silo", "GET", "/api/jobs", { headers: { authorization: "Bearer silo_viewer" } }],
  ])("answers as on a listener of its own: %s, %s %s", async (dialect, method, path, call = {}) => {
    const request = { ...call, method, path, headers: { "x-request-id": "r-1", ...call.headers } };
    const said = ({ status, headers: { date: _, ...headers }, text }: HttpAnswer) => ({ status, headers, text });
    const own = await httpCall(`http://${system.addresses.dialects[dialect]}`, request);
    const here = await ask(dialect === "silo" ? silo : tasks, path, request);
    expect(said(here)).toEqual(said(own));
  });

  it("leaves pages, documents, calls of the core and other dialects to the other names", async () => {
    const page = await ask(undefined, "/");
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.text).toContain(`<code>${tasks}</code>`);
    expect((await ask("elsewhere.example.org", "/docs")).text).toContain('href="/docs/task-executor"');
    expect((await ask(undefined, "/docs/silo")).text).toContain("Silo runner API");
    const headers = { "content-type": "application/json", ...system.rpcHeaders };
    const call = { method: "POST", headers, body: "{}" };
    const status = await ask(undefined, "/rpc/switchyard.scheduler.v1.JobService/GetStatus", call);
    expect(JSON.parse(status.text)).toMatchObject({ databaseConnected: true });
    expect((await ask(undefined, "/runpack/health")).status).toBe(200);
    expect((await ask(undefined, "/task-executor/ready")).status).toBe(200);
    expect(JSON.parse((await ask(undefined, "/task-executor/")).text)).toMatchObject({
      docs: "/docs/task-executor",
      health: "/task-executor/health",
    });
  });

  it("is told from another one by each request of a connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const authorization = "Bearer silo_admin";
    const sockets = new Set<unknown>();
    const answers: [number | undefined, unknown][] = [];
    for (const [host, path] of [
      [tasks, "/api/v1/tasks?limit=1"],
      [silo, "/api/v1/tasks?limit=1"],
      [silo, "/api/jobs"],
      [tasks, "/api/jobs"],
      ["elsewhere.example.org", "/api/jobs"],
    ] as const) {
      const call = get(`${main()}${path}`, { agent, headers: { host, authorization } });
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      sockets.add(call.socket);
      answers.push([answer.statusCode, Object.keys(JSON.parse((await answer.toArray()).join(""))).sort()]);
    }
    agent.destroy();
    expect(sockets.size).toBe(1);
    expect(answers.map(([status]) => status)).toEqual([200, 404, 200, 404, 404]);
    const [, siloError, , taskError, ours] = answers.map(([, keys]) => JSON.stringify(keys));
    expect(new Set([siloError, taskError, ours]).size).toBe(3);
  });

  it("takes a request that offers HTTP/2 as it takes all others", async () => {
    const offer = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
    expect((await ask(tasks, "/ready", { headers: offer })).status).toBe(200);
  });
});

describe("a stream at a host name", () => {
  const types = (messages: readonly StreamMessage[]) => messages.map(({ type }) => type);

  it("is followed over a WebSocket and as events", async () => {
    const id = await newTask();
    const headers = { host: tasks };
    const [socket, events] = [await openSocket(main(), id, "", headers), await openEvents(main(), id, "", headers)];
    expect((await ask(tasks, `/api/v1/tasks/${id}/cancel`, { method: "POST" })).status).toBe(200);
    expect(await socket.ended).toBe(1000);
    await events.ended;
    expect(types(socket.messages)).toEqual(["snapshot", "status", "end"]);
    expect(types(events.messages)).toEqual(types(socket.messages));
  });

  it("is at no other name", async () => {
    const id = await newTask();
    for (const host of [silo, "elsewhere.example.org"]) {
      const socket = new WebSocket(`${main().replace("http", "ws")}/ws/tasks/${id}`, { headers: { host } });
      const [error] = (await once(socket, "error")) as [Error];
      expect(error.message).toContain("404");
    }
  });

  it("ends with the gateway, which waits for nobody", async () => {
    // A stop that waited for its grace would outlast the test.
    const gateway = await startReplica(system, { ...names, HTTP_GATEWAY_GRACE_MS: "1h" });
    gateways.push(gateway);
    const base = `http://${gateway.addresses.http}`;
    expect(gateway.addresses.hostNames).toEqual({ "task-executor": tasks, silo });
    const id = await newTask();
    const headers = { host: tasks };
    const [socket, events] = [await openSocket(base, id, "", headers), await openEvents(base, id, "", headers)];
    const agent = new Agent({ keepAlive: true });
    const idle = get(`${base}/ready`, { agent, headers });
    const [answer] = (await once(idle, "response")) as [IncomingMessage];
    await answer.resume().toArray();
    await gateway.stop();
    expect(await socket.ended).toBe(1001);
    await events.ended;
    expect([types(socket.messages), types(events.messages)]).toEqual([["snapshot"], ["snapshot"]]);
    agent.destroy();
  });
});

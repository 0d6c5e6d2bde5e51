import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { restCaller } from "./rest-caller.js";
import { openEvents, openSocket, type StreamMessage } from "./task-streams.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
const base = () => `http://${system.addresses.http}/task-executor`;
const call = restCaller(base);

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
});
afterAll(() => system.stop());

let workers = 0;
/** A worker of its own, and a task that only this worker takes. */
async function setup() {
  const worker = `w-${++workers}`;
  const one = { worker_id: worker, backend_type: worker };
  expect((await call("POST", "/api/v1/workers/register", one)).status).toBe(201);
  const { body } = await call("POST", "/api/v1/tasks", { problem_id: "p", parameters: { backend_type: worker } });
  const id = body.id as string;
  const report = (what: string, content: object) =>
    call("POST", `/api/v1/workers/${worker}/tasks/${id}/${what}`, content);
  return {
    id,
    worker,
    claim: () => call("POST", `/api/v1/workers/${worker}/claim`),
    log: (message: string) => report("logs", { level: "info", message }),
    complete: (result: object = {}) => report("complete", result),
    heartbeat: (status: string) => call("POST", `/api/v1/workers/${worker}/heartbeat`, { status }),
    cancel: () => call("POST", `/api/v1/tasks/${id}/cancel`),
  };
}
const types = (messages: readonly StreamMessage[]) => messages.map(({ type }) => type);
/** What a stream said, without what differs from one reader to another. */
const said = (messages: readonly StreamMessage[]) =>
  messages.map(({ timestamp, ...message }) => (message["type"] === "snapshot" ? message : { timestamp, ...message }));

describe("a task's stream", () => {
  it("tells the task's whole way, over both transports alike", async () => {
    const { id, worker, claim, log, complete } = await setup();
    const [socket, events] = await Promise.all([openSocket(base(), id), openEvents(base(), id)]);
    await claim();
    await log("one");
    await log("two");
    await complete({ answer: 42 });
    expect(await socket.ended).toBe(1000);
    await events.ended;
    const task_id = id;
    const timestamp = expect.stringMatching(/^\d{4}-.*Z$/);
    const entry = { id: expect.any(String), task_id, timestamp, level: "info", context: {} };
    expect(socket.messages).toEqual([
      {
        type: "snapshot",
        seq: 1,
        timestamp,
        task: expect.objectContaining({ id, status: "pending", worker_id: null }),
      },
      { type: "status", seq: 2, timestamp, task_id, previous_status: "pending", status: "running", worker_id: worker },
      { type: "log", seq: 3, timestamp, task_id, entry: { ...entry, message: "one" } },
      { type: "log", seq: 4, timestamp, task_id, entry: { ...entry, message: "two" } },
      {
        ...{ type: "status", seq: 5, timestamp, task_id },
        ...{ previous_status: "running", status: "completed", worker_id: worker },
      },
      { type: "end", seq: 6, timestamp, task_id, status: "completed" },
    ]);
    expect(said(events.messages)).toEqual(said(socket.messages));
    // The entries are those that the log has, id for id.
    const { body: entries } = await call("GET", `/api/v1/tasks/${id}/logs`);
    const logged = socket.messages.filter(({ type }) => type === "log").map(({ entry }) => entry);
    expect(entries).toEqual(expect.arrayContaining(logged));
  });

  it("begins now: what was logged before is the log's to tell", async () => {
    const { id, claim, log, complete } = await setup();
    await claim();
    await log("before");
    const socket = await openSocket(base(), id);
    expect(socket.messages[0]).toMatchObject({ task: { status: "running" } });
    await log("after");
    await complete();
    expect(await socket.ended).toBe(1000);
    expect(types(socket.messages)).toEqual(["snapshot", "log", "status", "end"]);
    expect(socket.messages[1]).toMatchObject({ entry: { message: "after" } });
  });

  it("leaves the log out if asked to", async () => {
    const { id, claim, log, complete } = await setup();
    const socket = await openSocket(base(), id, "?logs=false");
    await claim();
    await log("one");
    await complete();
    await socket.ended;
    expect(types(socket.messages)).toEqual(["snapshot", "status", "status", "end"]);
  });

  it("is a snapshot and an end for a task that has ended", async () => {
    const { id, claim, log, complete } = await setup();
    await claim();
    await log("one");
    await complete({ answer: 42 });
    const socket = await openSocket(base(), id);
    expect(await socket.ended).toBe(1000);
    expect(socket.messages).toMatchObject([
      { type: "snapshot", seq: 1, task: { status: "completed", result: { answer: 42 } } },
      { type: "end", seq: 2, status: "completed" },
    ]);
  });

  it("follows a task that is given back and taken again", async () => {
    const { id, worker, claim, log, complete, heartbeat } = await setup();
    await claim();
    const socket = await openSocket(base(), id);
    await log("first");
    await heartbeat("offline");
    await heartbeat("idle");
    await claim();
    await log("second");
    await complete();
    await socket.ended;
    const statuses = socket.messages.filter(({ type }) => type === "status");
    expect(statuses.map(({ status, worker_id }) => [status, worker_id])).toEqual([
      ["pending", null],
      ["running", worker],
      ["completed", worker],
    ]);
    const lines = socket.messages.filter(({ type }) => type === "log").map(({ entry }) => entry.message);
    expect(lines).toEqual(["first", "second"]);
  });

  it("tells a cancel, with the worker that had the task", async () => {
    const { id, worker, claim, log, cancel } = await setup();
    await claim();
    const [socket, events] = await Promise.all([openSocket(base(), id), openEvents(base(), id)]);
    await log("one");
    // A cancel takes the log away from its worker at once: who has not read the line by then may never see it.
    await Promise.all([socket, events].map((stream) => stream.until(({ type }) => type === "log")));
    await cancel();
    expect(await socket.ended).toBe(1000);
    await events.ended;
    expect(socket.messages.slice(2)).toMatchObject([
      { type: "status", previous_status: "running", status: "cancelled", worker_id: worker },
      { type: "end", status: "cancelled" },
    ]);
    expect(said(events.messages)).toEqual(said(socket.messages));
  });

  it("answers pings of the client's and passes over all else that it says", async () => {
    const { id, cancel } = await setup();
    const { socket, messages, until, ended } = await openSocket(base(), id);
    for (const text of ["", "{", "null", "[]", '{"type":"close"}', '"ping"']) socket.send(text);
    socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    socket.send('{"type":"ping"}');
    await until(({ type }) => type === "pong");
    await cancel();
    expect(await ended).toBe(1000);
    expect(types(messages)).toEqual(["snapshot", "pong", "status", "end"]);
  });
});

it("nothing is lost or doubled between the snapshot and what follows it, whenever a stream begins", async () => {
  const lives = Array.from({ length: 16 }, async (_, index) => {
    const { id, claim, log, complete } = await setup();
    // A step that is refused would show as a stream that never ends.
    const step = async (answer: ReturnType<typeof claim>) => expect((await answer).status).toBeLessThan(300);
    const live = async () => {
      await step(claim());
      for (const line of ["a", "b", "c"]) await step(log(line));
      await step(complete());
    };
    const streams = async () => {
      // From before the claim to after the end.
      for (let turn = 0; turn < index % 8; turn += 1) await call("GET", `/api/v1/tasks/${id}`);
      return Promise.all([openSocket(base(), id), openEvents(base(), id)]);
    };
    const [, opened] = await Promise.all([live(), streams()]);
    await Promise.all(opened.map(({ ended }) => ended));
    return opened.map(({ messages }) => messages);
  });
  for (const messages of (await Promise.all(lives)).flat()) {
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    const way = [messages[0]?.["task"].status as string];
    for (const { type, previous_status, status } of messages.slice(1)) {
      if (type !== "status") continue;
      expect(previous_status).toBe(way.at(-1));
      way.push(status);
    }
    expect(["pending running completed", "running completed", "completed"]).toContain(way.join(" "));
    const lines = messages.filter(({ type }) => type === "log").map(({ entry }) => entry.message);
    expect("abc".endsWith(lines.join(""))).toBe(true);
    // A stream that saw the claim saw all that came after it.
    if (way.length === 3) expect(lines).toEqual(["a", "b", "c"]);
    expect(messages.at(-1)).toMatchObject({ type: "end", status: "completed" });
  }
});

it("streams end with their gateway", async () => {
  const { id, cancel } = await setup();
  const gateway = await startReplica(system);
  const other = `http://${gateway.addresses.http}/task-executor`;
  const [socket, events] = await Promise.all([openSocket(other, id), openEvents(other, id)]);
  await gateway.stop();
  expect(await socket.ended).toBe(1001);
  await events.ended;
  expect([types(socket.messages), types(events.messages)]).toEqual([["snapshot"], ["snapshot"]]);
  await cancel();
});

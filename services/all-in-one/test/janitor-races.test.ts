import { connect } from "node:net";
import { eventually } from "@switchyard/testkit";
import type { HttpGateway } from "@switchyard/http-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { janitorCalls, uniqueName } from "./janitor-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
let other: HttpGateway;
const first = janitorCalls(() => `http://${system.addresses.http}/janitor`);
const second = janitorCalls(() => `http://${other.addresses.http}/janitor`);

// Workers that cannot be asked have a second to finish here.
const settings = { JANITOR_SILENT_RUN_TIMEOUT: "1s", JANITOR_RUN_TIMEOUT: "1s" };

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", ...settings });
  other = await startReplica(system);
});
afterAll(async () => {
  await other.stop();
  await system.stop();
});

/** Two hundred, where nobody is in a hurry. */
const items = process.env["DIALECT_CASES"] === "all" ? 200 : 60;

describe("assignments", () => {
  it(`of ${items} items to as many callers at two gateways are one each`, { timeout: 120_000 }, async () => {
    const names = [...Array(items)].map(uniqueName);
    await second.upload(names);
    // Only the other gateway's assignments last: those of the first one would come back in the middle of it.
    await Promise.all(names.map((name) => second.schedule(name, { bucket: "manual" })));
    const replica = await startReplica(system);
    try {
      const third = janitorCalls(() => `http://${replica.addresses.http}/janitor`);
      const callers = names.map((_, index) => (index % 2 === 0 ? second : third).assign());
      const assigned = await Promise.all(callers);
      expect(new Set(assigned.map((one) => one?.["codebase"]))).toEqual(new Set(names));
      expect(new Set(assigned.map((one) => one?.["id"])).size).toBe(items);
      expect(await second.assign()).toBeUndefined();
      const finished = await Promise.all(assigned.map((one) => second.finish(one?.["id"] as string)));
      expect(new Set(finished.map(({ status }) => status))).toEqual(new Set([201]));
    } finally {
      await replica.stop();
    }
  });

  it("whose caller has gone are taken back at once", async () => {
    const name = uniqueName();
    await second.upload([name]);
    await second.schedule(name);
    await callAndLeave(other.addresses.http, JSON.stringify({ worker: "gone", codebase: name }));
    await eventually(async () => expect(await second.assign({ codebase: name })).toMatchObject({ codebase: name }), {
      timeoutMs: 20_000,
    });
  });

  it("that nobody hears of come back when their lease ends, candidates or not", async () => {
    const name = uniqueName();
    await first.upload([name]);
    await first.schedule(name);
    const lost = await first.assign({ codebase: name });
    expect(lost).toMatchObject({ codebase: name });
    await eventually(async () => expect(await second.assign({ codebase: name })).toMatchObject({ codebase: name }), {
      timeoutMs: 15_000,
    });
    const { status, body } = await first.call("GET", `/runs/${lost?.["id"] as string}`);
    expect([status, body]).toEqual([200, expect.objectContaining({ codebase: name, publish_status: "unknown" })]);
    // It is over for the worker that had it.
    expect(await first.finish(lost?.["id"] as string)).toMatchObject({
      status: 404,
      body: { reason: `no such run ${lost?.["id"] as string}` },
    });
  });
});

describe("finishes", () => {
  it("of one run at once are one answer and otherwise 404", async () => {
    const name = uniqueName();
    await second.upload([name]);
    await second.schedule(name);
    const run = (await second.assign({ codebase: name }))?.["id"] as string;
    const results = [...Array(8)].map((_, n) =>
      second.finish(run, { description: `attempt ${n}` }, { "worker.log": `${n}` }),
    );
    const answers = await Promise.all(results);
    const taken = answers.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 404]));
  });

  it("of all but the first leave no files behind", async () => {
    const name = uniqueName();
    await second.upload([name]);
    await second.schedule(name);
    const run = (await second.assign({ codebase: name }))?.["id"] as string;
    expect((await second.finish(run, {}, { "worker.log": "first", "a.dsc": "first" })).status).toBe(201);
    expect((await second.finish(run, {}, { "worker.log": "second", "b.dsc": "second" })).status).toBe(404);
    expect((await second.call("GET", `/log/${run}/worker.log`)).body).toBe("first");
  });
});

/** Sends a call for work and cuts the connection when the gateway has it. */
async function callAndLeave(address: string, body: string): Promise<void> {
  const [host = "", port = ""] = address.split(":");
  const socket = connect(Number(port), host);
  const head = `POST /janitor/active-runs HTTP/1.1\r\nHost: ${address}\r\nContent-Length: ${body.length}\r\n\r\n`;
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.write(`${head}${body}`, () => resolve());
  });
  socket.resetAndDestroy();
}

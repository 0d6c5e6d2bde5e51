import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { createClient } from "@switchyard/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpCall } from "../../http-gateway/test/cases/http-call.js";
import { siloCalls, siloTokens, uniqueWord } from "./silo-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
const base = () => `http://${system.addresses.http}/silo`;
const silo = siloCalls(base);

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", SILO_TOKENS: siloTokens });
});
afterAll(() => system.stop());

const mebibyte = 1024 ** 2;
const send = async (method: string, path: string, body: string, token = "silo_admin") => {
  const { status, text } = await httpCall(base(), {
    method,
    path,
    body,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
};
/** A text that begins with `head` and has so many bytes, the last one being a brace. */
const filled = (head: string, bytes: number) => `${head}"x":"${"y".repeat(bytes - head.length - 7)}"}`.padEnd(bytes);

describe("bodies", () => {
  it("have a mebibyte at most; the rest of a longer one is read before the answer", async () => {
    const name = uniqueWord();
    const head = '{"compute":{"type":"t","command":"c"},';
    const path = `/api/job-definitions/${name}`;
    expect((await send("PUT", path, filled(head, mebibyte + 1))).body).toMatchObject({ error: "payload_too_large" });
    expect((await send("PUT", path, filled(head, 20 * mebibyte))).status).toBe(413);
    expect((await send("PUT", path, filled(head, mebibyte))).status).toBe(201);
    expect((await send("POST", "/api/runner/claim", filled("{", mebibyte + 1))).status).toBe(401);
  });

  it("of graphs have ten, and come back whole", async () => {
    const part = uniqueWord();
    const path = `/api/items/${part}/dag`;
    const metadata = JSON.stringify({ blob: "z".repeat(100_000), big: 0 }).replace("0}", "12345678901234567890}");
    const nodes = [...Array(90).keys()].map((n) => `{"node_key":"n${n}","node_type":"body","metadata":${metadata}}`);
    const edges = nodes.slice(1).map((_, n) => `{"source_key":"n${n}","target_key":"n${n + 1}"}`);
    const head = `{"revision_number":1,"nodes":[${nodes.join(",")}],"edges":[${edges.join(",")}],`;
    expect((await send("PUT", path, filled(head, 10 * mebibyte))).body).toMatchObject({
      node_count: 90,
      edge_count: 89,
    });
    expect((await send("PUT", path, filled(head, 10 * mebibyte + 1))).status).toBe(413);
    const { status, text } = await httpCall(base(), {
      ...{ method: "GET", path, headers: { authorization: "Bearer silo_viewer" } },
    });
    expect([status, text.split(metadata).length - 1]).toEqual([200, 90]);
    const cone = await silo.call("GET", `${path}/cone?node=n0`);
    expect(cone.body["nodes"]).toHaveLength(89);
  });
});

describe("graphs", () => {
  it("with too many parts are too large, and one with as many as may be is taken", async () => {
    const path = `/api/items/${uniqueWord()}/dag`;
    const nodes = [...Array(50_001).keys()].map((n) => ({ node_key: `n${n}`, node_type: "pad" }));
    const body = (count: number, edges: object[] = []) =>
      JSON.stringify({ revision_number: 1, nodes: nodes.slice(0, count), edges });
    expect((await send("PUT", path, body(50_001))).body).toMatchObject({ error: "payload_too_large" });
    const edge = { source_key: "n0", target_key: "n1" };
    expect((await send("PUT", path, body(2, Array(200_001).fill(edge)))).status).toBe(413);
    const chain = nodes.slice(1, 50_000).map(({ node_key }, n) => ({ source_key: `n${n}`, target_key: node_key }));
    expect((await send("PUT", path, body(50_000, chain))).body).toMatchObject({
      node_count: 50_000,
      edge_count: 49_999,
    });
    expect((await silo.call("GET", `${path}/cone?node=n49999&direction=backward`)).body["nodes"]).toHaveLength(49_999);
  });

  it("written at once by many leave one of them whole", async () => {
    const path = `/api/items/${uniqueWord()}/dag`;
    const write = (n: number) =>
      silo.call("PUT", path, {
        body: {
          revision_number: 1,
          nodes: [
            { node_key: `a${n}`, node_type: "pad" },
            { node_key: `b${n}`, node_type: "pad" },
          ],
          edges: [{ source_key: `a${n}`, target_key: `b${n}` }],
        },
      });
    const reads: Promise<{ status: number; body: Record<string, unknown> }>[] = [];
    const writes = [...Array(10).keys()].map(async (n) => {
      const { status } = await write(n);
      reads.push(silo.call("GET", path));
      return status;
    });
    expect(await Promise.all(writes)).toEqual(Array(10).fill(200));
    for (const { status, body } of await Promise.all(reads)) {
      const keys = (body["nodes"] as { node_key: string }[]).map(({ node_key }) => node_key);
      expect([status, keys[0]?.replace("a", "b")]).toEqual([200, keys[1]]);
    }
    // What was replaced is gone.
    const artifacts = createClient(ArtifactService, system.transport);
    const kept = await artifacts.listArtifacts({ namespace: "silo", purpose: "blob" });
    expect(kept.artifacts).toHaveLength(3);
  });
});

describe("log entries", () => {
  it("have limits of their own", async () => {
    const tag = await silo.define();
    const { token } = await silo.makeRunner(tag);
    const job = await silo.makeJob(tag);
    await silo.call("POST", "/api/runner/claim", { token });
    const log = (body: object) => silo.call("POST", `/api/runner/jobs/${job}/log`, { token, body });
    expect((await log({ message: "😀".repeat(65_536) })).status).toBe(201);
    expect((await log({ message: "x".repeat(65_537) })).body).toMatchObject({ error: "payload_too_large" });
    const fits = { a: "x".repeat(16_384 - 8) };
    expect((await log({ message: "m", metadata: fits })).status).toBe(201);
    expect((await log({ message: "m", metadata: { a: `${fits.a}x` } })).body).toMatchObject({
      error: "payload_too_large",
    });
    const messages = await silo.messages(job);
    expect(messages.slice(2)).toEqual(["😀".repeat(65_536), "m"]);
  });
});

describe("texts of failures", () => {
  it("of 65,536 characters are kept whole, longer ones refused", async () => {
    const tag = await silo.define();
    const { token } = await silo.makeRunner(tag);
    const job = await silo.makeJob(tag);
    await silo.call("POST", "/api/runner/claim", { token });
    const fail = (error: string) => silo.call("POST", `/api/runner/jobs/${job}/fail`, { token, body: { error } });
    expect((await fail("x".repeat(65_537))).status).toBe(400);
    expect((await fail("€".repeat(65_536))).body).toMatchObject({ status: "failed", error: "€".repeat(65_536) });
  });
});

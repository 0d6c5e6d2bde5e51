import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueName } from "./janitor-calls.js";
import { restCaller } from "./rest-caller.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Uploads of the janitor dialect that cases cannot show: large ones, and what becomes of the queue.
let system: TestSystem;
const call = restCaller(() => `http://${system.addresses.http}/janitor`);

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
});
afterAll(() => system.stop());

const numbered = (count: number, word: string) => Array.from({ length: count }, (_, index) => `${word}-${index}`);

interface Named {
  readonly codebase: string;
  readonly id: number;
}

async function listed(path: string, key: "name" | "codebase", word: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await call("GET", path);
  expect(status).toBe(200);
  return body.filter((item: Record<string, unknown>) => String(item[key]).startsWith(`${word}-`));
}

async function candidateId(codebase: string): Promise<number> {
  const { body } = await call("GET", "/candidates");
  return body.find((candidate: Named) => candidate.codebase === codebase).id;
}

const position = async (codebase: string, campaign: string) =>
  (await call("GET", `/queue/position?codebase=${codebase}&campaign=${campaign}`)).body.position;

describe("uploads", () => {
  it("of a hundred candidates are queued in their order", async () => {
    const word = uniqueName();
    const names = numbered(100, word);
    const codebases = names.map((name) => ({ name, url: `https://git.example/${name}` }));
    expect((await call("POST", "/codebases", codebases)).status).toBe(200);
    const candidates = names.map((codebase) => ({ codebase, campaign: "unchanged", context: codebase }));
    const { status, body } = await call("POST", "/candidates", candidates);
    expect(status).toBe(200);
    expect(body.success.map((item: Named) => item.codebase)).toEqual(names);
    const queued = await listed("/queue", "codebase", word);
    expect(new Set(queued.map(({ queue_id: id }) => id))).toEqual(
      new Set(body.success.map((item: Record<string, unknown>) => item["queue-id"])),
    );
    expect(await listed("/candidates", "codebase", word)).toHaveLength(100);
  });

  it("of a thousand codebases and candidates are kept whole, again and again", async () => {
    const word = uniqueName();
    const names = numbered(1000, word);
    const codebases = names.map((name, index) => ({
      ...{ name, url: `https://git.example/${name}`, subpath: "", value: index + 1 },
    }));
    const candidates = names.map((codebase) => ({ codebase, campaign: "fresh-releases" }));
    const upload = async (count: number) => {
      expect((await call("POST", "/codebases", codebases.slice(-count))).status).toBe(200);
      const { status, body } = await call("POST", "/candidates", candidates.slice(-count));
      expect(status).toBe(200);
      expect(body.success).toHaveLength(count);
      return body.success;
    };
    const success = await upload(1000);
    // The best codebase of all stands where one without a value does, one of a tenth of it ten times farther.
    expect([success[999].offset, success[99].offset]).toEqual([35_000, 350_000]);
    expect(await upload(250)).toEqual(success.slice(-250));
    expect(await listed("/codebases", "name", word)).toHaveLength(1000);
    expect(await listed("/queue", "codebase", word)).toHaveLength(1000);
  });

  it("larger than a call of the core are checked before any of it is kept", async () => {
    const word = uniqueName();
    const codebases = numbered(1200, word).map((name) => ({ name, web_url: `https://${"x".repeat(3000)}.example/` }));
    expect((await call("POST", "/codebases", [...codebases, { name: "No" }])).status).toBe(400);
    const taken = { url: `https://git.example/${word}`, subpath: "" };
    const twice = [...codebases, { name: `${word}-x`, ...taken }, { name: `${word}-y`, ...taken }];
    expect((await call("POST", "/codebases", twice)).status).toBe(400);
    expect(await listed("/codebases", "name", word)).toEqual([]);
    expect((await call("POST", "/codebases", codebases)).status).toBe(200);
    expect(await listed("/codebases", "name", word)).toHaveLength(1200);
  });
});

describe("a deleted candidate", () => {
  it("leaves nothing in the queue, of whatever change set", async () => {
    const [name, other] = [`${uniqueName()}-a`, `${uniqueName()}-b`];
    await call("POST", "/codebases", [{ name }, { name: other }]);
    const candidates = [
      { codebase: name, campaign: "unchanged" },
      { codebase: name, campaign: "unchanged", change_set: "set" },
      { codebase: name, campaign: "fresh-releases" },
      { codebase: other, campaign: "unchanged" },
    ];
    expect((await call("POST", "/candidates", candidates)).body.success).toHaveLength(4);
    const id = await candidateId(name);
    const deleted = await call("DELETE", `/candidates/${id}`);
    expect([deleted.status, deleted.body]).toEqual([200, {}]);
    expect(await position(name, "unchanged")).toBeNull();
    expect(await position(name, "fresh-releases")).toEqual(expect.any(Number));
    expect(await position(other, "unchanged")).toEqual(expect.any(Number));
    expect((await call("DELETE", `/candidates/${id}`)).body).toEqual({ reason: "No such candidate" });
    // One that comes back has another id.
    await call("POST", "/candidates", candidates.slice(0, 1));
    expect(await candidateId(name)).not.toBe(id);
  });
});

describe("a codebase that moves to another host", () => {
  it("takes its waiting items along", async () => {
    const name = `${uniqueName()}-a`;
    const [before, after] = [`${name}.before.example`, `${name}.after.example`];
    await call("POST", "/codebases", [{ name, url: `https://${before}/x` }]);
    await call("POST", "/candidates", [{ codebase: name, campaign: "unchanged" }]);
    const assign = (host: string) =>
      call("POST", "/active-runs", { worker: name, codebase: name, exclude_hosts: [host] });
    expect((await assign(before)).status).toBe(503);
    await call("POST", "/codebases", [{ name, url: `https://${after}/x` }]);
    expect((await assign(after)).status).toBe(503);
    const { status, body } = await assign(before);
    expect([status, body.codebase, body.branch.url]).toEqual([201, name, `https://${after}/x`]);
  });
});

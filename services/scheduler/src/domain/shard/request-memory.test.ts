import { describe, expect, it } from "vitest";
import { Namespace } from "../core/namespace.js";
import { keepFamily } from "../core/retention-bucket.js";
import { Timers } from "../core/timers.js";
import { reportWrite } from "../core/writes.js";
import { RequestMemory } from "./request-memory.js";

const now = 1_700_000_000_000;
const memoryMs = 600_000;
const space = new Namespace(
  { id: 1, name: "n", lastSerial: 0, lastCreatedMicros: 0, shapes: [], queues: [], limits: [], marks: [] },
  new Timers(),
  keepFamily,
);

/** Whoever asks the table fails. */
const nowhere = { findRequests: () => Promise.reject(new Error("the table was asked")) };

function uuid7(at: number): string {
  const time = at.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`;
}

describe("the look-up of requests", () => {
  it.each([
    ["call", 0],
    ["item", -200_000],
    ["call", 200_000],
  ])("is spared for a UUIDv7 behind %s:, made %d ms from now", async (sort, offset) => {
    const memory = new RequestMemory(memoryMs, []);
    expect(await memory.read(nowhere, space, now, [`${sort}:${uuid7(now + offset)}`])).toEqual(new Map());
  });

  it.each([
    ["another name", "call:name"],
    ["an old UUIDv7", `call:${uuid7(now - 400_000)}`],
    ["one of a clock that is far ahead", `call:${uuid7(now + 400_000)}`],
    ["another version", `call:${uuid7(now).replace("-7000-", "-4000-")}`],
    ["a job's part of a retry", `retry:${uuid7(now)}:7`],
  ])("is made for %s", async (_, key) => {
    await expect(new RequestMemory(memoryMs, []).read(nowhere, space, now, [key])).rejects.toThrow(
      "the table was asked",
    );
  });

  it("is always made once a client's clock has misled it", async () => {
    const memory = new RequestMemory(memoryMs, [], false);
    await expect(memory.read(nowhere, space, now, [`call:${uuid7(now)}`])).rejects.toThrow("the table was asked");
  });
});

describe("the memory of requests", () => {
  const record = (key: string, at: number) => ({ space, key, fingerprint: undefined, serials: [1], at, day: 0 });

  it("knows what was noted, with its write until that is durable, and forgets it in time", () => {
    const memory = new RequestMemory(memoryMs, []);
    const write = reportWrite({});
    memory.note([record("a", now)], write, now);
    const known = () => memory.known(space, ["a"], new Map());
    expect(known().get("a")).toMatchObject({ serials: [1], write });
    memory.stored([record("a", now)]);
    expect(known().get("a")).toMatchObject({ serials: [1], write: undefined });
    memory.note([record("b", now + memoryMs)], write, now + memoryMs);
    expect(known().size).toBe(0);
  });

  it("is asked after the table: what was decided meanwhile counts", () => {
    const memory = new RequestMemory(memoryMs, []);
    const read = new Map([["a", { fingerprint: undefined, serials: [9], write: undefined }]]);
    memory.note([record("b", now)], reportWrite({}), now);
    const known = memory.known(space, ["a", "b", "c"], read);
    expect([...known.keys()].sort()).toEqual(["a", "b"]);
    expect(known.get("a")?.serials).toEqual([9]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FinalState } from "../core/model.js";
import { type Cube, cubeFor, cubes, type Dimension } from "./cubes.js";
import { rollupRows } from "./rollup-rows.js";
import { type EndEvent, SumTable } from "./sum-table.js";

const hourMs = 3_600_000;

function end(serial: number, subject: string | undefined, more: Partial<EndEvent["facts"]> = {}): EndEvent {
  const times = {
    createdAt: 5 * hourMs,
    claimedAt: 5 * hourMs + 10,
    startedAt: 5 * hourMs + 20,
    endedAt: 5 * hourMs + 120,
  };
  const facts = { bucket: 220_000, subject, ...times, runnerId: "r", code: "", metrics: {}, ...more };
  return {
    type: "ENDED",
    ns: 1,
    serial,
    previous: "RUNNING",
    state: "SUCCEEDED",
    kind: "k",
    queue: "q",
    omitSubject: false,
    facts,
  };
}

function takenBack(event: EndEvent, type: "DELETED" | "REOPENED", subject: string): EndEvent {
  return { ...event, type, previous: event.state, facts: { ...event.facts, subject } };
}

const subjects = (table: SumTable) =>
  Object.fromEntries(
    [...table.cube("subject")].filter(({ sums }) => sums.n !== 0).map(({ key, sums }) => [key.subject, sums.n]),
  );

describe("a table of sums", () => {
  it("has nothing left of an end that was taken back", () => {
    for (const type of ["DELETED", "REOPENED"] as const) {
      const table = new SumTable(new Set());
      const event = end(1, "s", { code: "c", metrics: { a: 0.1, b: 2 } });
      table.fold(event);
      expect(rollupRows(table).filter(({ cube }) => cube === "kind")).toMatchObject([
        { metric: "", n: 1, timed: 1, durationMs: 100, waitMs: 10 },
        { metric: "a", n: 0, amount: 0.1 },
        { metric: "b", n: 0, amount: 2 },
      ]);
      table.fold(takenBack(event, type, "s"));
      expect(rollupRows(table)).toEqual([]);
    }
  });

  it("counts a job that never started, and no times of it", () => {
    const table = new SumTable(new Set());
    table.fold(end(1, "", { claimedAt: 0, startedAt: 0, runnerId: "" }));
    expect([...table.cube("kind")].map(({ sums }) => sums)).toMatchObject([
      { n: 1, timed: 0, durationMs: 0, waitMs: 0 },
    ]);
  });

  it("counts by subject once that is known: looked up, or told by what takes the end back", () => {
    const table = new SumTable(new Set());
    const [first, second, third] = [end(1, undefined), end(2, undefined), end(3, "c")];
    for (const event of [first, second, third]) table.fold(event);
    expect(subjects(table)).toEqual({ "": 2, c: 1 });
    expect(table.unknown().map(({ serial }) => serial)).toEqual([1, 2]);
    table.known({ ns: 1, bucket: 220_000, serial: 1 }, "a");
    expect(subjects(table)).toEqual({ "": 1, a: 1, c: 1 });
    table.fold(takenBack(second, "DELETED", "b"));
    expect(table.unknown()).toEqual([]);
    expect(subjects(table)).toEqual({ a: 1, c: 1 });
  });

  it("counts nothing by subject of a job that was gone when it was looked up, neither now nor when its deletion is told", () => {
    const vanished = new Set<string>();
    const before = new SumTable(vanished);
    const event = end(1, undefined);
    before.fold(event);
    before.known({ ns: 1, bucket: 220_000, serial: 1 }, undefined);
    const after = new SumTable(vanished);
    after.fold(takenBack(event, "DELETED", "s"));
    expect(subjects(before)).toEqual({ "": 1 });
    expect(subjects(after)).toEqual({ "": -1 });
    expect(vanished.size).toBe(0);
  });

  it("gives the same sums in every cube, however they are asked", () => {
    const state = fc.constantFrom<FinalState>("SUCCEEDED", "FAILED");
    const name = fc.constantFrom("", "a", "b");
    const job = fc.record({
      state,
      kind: fc.constantFrom("k", "l"),
      queue: fc.constantFrom("q", "p"),
      subject: name,
      runner: name,
      code: fc.constantFrom("", "x", "x\ny", "y"),
      hour: fc.constantFrom(1, 2),
      cost: fc.integer({ min: 0, max: 9 }),
      back: fc.boolean(),
    });
    const dimensions: Record<Cube, readonly Dimension[]> = {
      kind: ["queue", "kind", "state", "code"],
      hour: ["queue", "kind", "state", "code", "hour"],
      runner: ["queue", "kind", "state", "code", "runner"],
      subject: ["queue", "kind", "state", "code", "subject"],
    };
    fc.assert(
      fc.property(fc.array(job, { maxLength: 40 }), (jobs) => {
        const table = new SumTable(new Set());
        const left: Record<Dimension, string | number>[] = [];
        for (const [
          i,
          { state: endState, kind, queue, subject, runner: runnerId, code, hour, cost, back },
        ] of jobs.entries()) {
          const times = { endedAt: hour * hourMs + 1 };
          const event = {
            ...end(i, subject, { runnerId, code, metrics: { cost }, ...times }),
            state: endState,
            kind,
            queue,
          };
          table.fold(event);
          if (back) table.fold(takenBack(event, "DELETED", subject));
          else left.push({ state: endState, kind, queue, subject, runner: runnerId, code, hour });
        }
        for (const cube of cubes) {
          const expected = new Map<string, number>();
          for (const fact of left) {
            const key = JSON.stringify(dimensions[cube].map((dimension) => fact[dimension]));
            expected.set(key, (expected.get(key) ?? 0) + 1);
          }
          const found = new Map<string, number>();
          for (const { key, sums } of table.cube(cube))
            if (sums.n !== 0) found.set(JSON.stringify(dimensions[cube].map((dimension) => key[dimension])), sums.n);
          expect(found).toEqual(expected);
        }
      }),
    );
  });
});

describe("the cube for a question", () => {
  it.each<[Dimension[], Cube | undefined]>([
    [[], "kind"],
    [["queue", "state", "code"], "kind"],
    [["hour", "kind"], "hour"],
    [["runner"], "runner"],
    [["subject", "kind", "queue", "state"], "subject"],
    [["subject", "runner"], undefined],
    [["hour", "runner"], undefined],
  ])("about %j is %s", (asked, cube) => {
    expect(cubeFor(new Set(asked))).toBe(cube);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AppendWish, decideAppend } from "./decide-append.js";

const open = (next: number) => ({ next, closed: undefined });
const wish = (rest: Partial<AppendWish>): AppendWish => ({ expected: undefined, count: 2, allowGap: false, ...rest });

describe("an open stream of ten entries", () => {
  test.each<[string, Partial<AppendWish>, object]>([
    ["no expectation", {}, { kind: "add", skip: 0, gap: 0, firstSequence: 10, nextSequence: 12 }],
    ["the end", { expected: 10 }, { kind: "add", skip: 0, gap: 0, firstSequence: 10, nextSequence: 12 }],
    ["a repeat", { expected: 8 }, { kind: "nothing", firstSequence: 8, nextSequence: 10 }],
    ["an old repeat", { expected: 0 }, { kind: "nothing", firstSequence: 0, nextSequence: 2 }],
    ["an overlap", { expected: 9 }, { kind: "add", skip: 1, gap: 0, firstSequence: 9, nextSequence: 11 }],
    ["beyond", { expected: 11 }, { kind: "refuse", reason: "SEQUENCE_MISMATCH", nextSequence: 10 }],
    [
      "beyond, gaps allowed",
      { expected: 13, allowGap: true },
      { kind: "add", skip: 0, gap: 3, firstSequence: 13, nextSequence: 15 },
    ],
    ["nothing", { count: 0 }, { kind: "nothing", firstSequence: 10, nextSequence: 10 }],
    [
      "nothing beyond",
      { count: 0, expected: 12, allowGap: true },
      { kind: "refuse", reason: "SEQUENCE_MISMATCH", nextSequence: 10 },
    ],
    [
      "exactly the end",
      { expected: 10, exact: true },
      { kind: "add", skip: 0, gap: 0, firstSequence: 10, nextSequence: 12 },
    ],
    [
      "exactly somewhere else",
      { expected: 9, exact: true },
      { kind: "refuse", reason: "SEQUENCE_MISMATCH", nextSequence: 10 },
    ],
  ])("%s", (_, rest, decision) => {
    expect(decideAppend(open(10), wish(rest))).toEqual(decision);
  });
});

test.each([
  ["LOG_SEALED", { expected: 8 }, "nothing"],
  ["LOG_SEALED", { expected: 9 }, "refuse"],
  ["LOG_SEALED", {}, "refuse"],
  ["LOG_SEALED", { expected: 20, allowGap: true }, "refuse"],
  ["LEASE_LOST", { expected: 8 }, "refuse"],
  ["LEASE_LOST", {}, "refuse"],
] as const)("%s with %j: %s", (closed, rest, kind) => {
  const decision = decideAppend({ next: 10, closed }, wish(rest));
  expect(decision.kind).toBe(kind);
  if (decision.kind === "refuse") expect(decision.reason).toBe(closed);
});

test("a producer that repeats at will ends with every entry once", () => {
  const pieces = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 10 })), { maxLength: 60 });
  fc.assert(
    fc.property(pieces, (appends) => {
      const stream: number[] = [];
      for (const [from, count] of appends) {
        const decision = decideAppend(open(stream.length), { expected: from, count, allowGap: false });
        if (decision.kind !== "add") continue;
        for (let i = decision.skip; i < count; i++) stream.push(from + i);
        expect(stream).toHaveLength(decision.nextSequence);
      }
      expect(stream).toEqual(stream.map((_, i) => i));
    }),
  );
});

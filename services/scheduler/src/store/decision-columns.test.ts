import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decided, decisionBytes, emptyDecision, packDecisions, unpackDecision } from "./decision-columns.js";

const fresh = {
  shape: { id: 7 },
  attempt: 1,
  createdMicros: 1_772_439_300_000_123,
  rankClass: 0,
  rank: 0,
  weight: 0,
  readyAt: 0,
  counted: 0,
  failures: 0,
  lostBeforeStart: 0,
  lostAfterStart: 0,
  reopen: 0,
  revision: 1,
} as unknown as Decided;

const u16 = fc.nat(0xffff);
const changes = fc.record(
  {
    attempt: fc.nat(0xffff_ffff),
    createdMicros: fc.nat(2 ** 31),
    rankClass: fc.integer({ min: -128, max: 127 }),
    rank: fc.double({ noNaN: true }),
    weight: fc.double({ min: 0, noNaN: true }),
    readyAt: fc.nat(2 ** 31),
    counted: u16,
    failures: u16,
    lostBeforeStart: u16,
    lostAfterStart: u16,
    reopen: fc.nat(255),
    revision: fc.nat(0xffff_ffff),
  },
  { requiredKeys: [] },
);

function roundTrip(jobs: readonly Decided[]) {
  const { data, width } = packDecisions(jobs);
  expect(data.length).toBe(jobs.length * width);
  return jobs.map((_, i) => {
    const into = { ...emptyDecision(), rank: 7, revision: 9 };
    unpackDecision(data, i * width, width, into);
    return into;
  });
}

const columnsOf = ({ shape, ...columns }: Decided) => ({ ...columns, rank: columns.rank + 0, shapeId: shape.id });

describe("packDecisions", () => {
  it("gives back what was packed, whatever has changed since the beginning", () => {
    fc.assert(
      fc.property(fc.array(changes, { minLength: 1, maxLength: 4 }), (list) => {
        const jobs = list.map((change) => ({ ...fresh, ...change }) as Decided);
        expect(roundTrip(jobs).map((job) => ({ ...job, rank: job.rank + 0 }))).toEqual(jobs.map(columnsOf));
      }),
    );
  });

  it("is short where all are fresh", () => {
    expect(packDecisions([fresh, fresh]).width).toBeLessThan(decisionBytes);
    expect(packDecisions([fresh, { ...fresh, revision: 2 }]).width).toBe(decisionBytes);
    expect(roundTrip([fresh, fresh])).toEqual([columnsOf(fresh), columnsOf(fresh)]);
  });
});

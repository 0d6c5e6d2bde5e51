import fc from "fast-check";
import { expect, it } from "vitest";
import type { EndFacts } from "../domain/core/end-facts.js";
import type { JobShape } from "../domain/core/model.js";
import type { Namespace } from "../domain/core/namespace.js";
import type { CoreEvent } from "../domain/core/writes.js";
import { decodeEvents, encodeEvents } from "./event-row.js";

const spaces = [1, 2].map((id) => ({ id }) as Namespace);
const shapes = [7, 8].map((id) => ({ id }) as JobShape);
const none = {};

/** Few values of each, so that neighbours are often alike. */
const facts = fc.record<EndFacts>({
  bucket: fc.constantFrom(30_001, 30_002),
  subject: fc.constantFrom(undefined, "", "a subject"),
  createdAt: fc.constantFrom(1_000, 1_001),
  claimedAt: fc.constantFrom(0, 1_500, 1_501),
  startedAt: fc.constantFrom(0, 1_600),
  endedAt: fc.constantFrom(2_000, 2_001),
  runnerId: fc.constantFrom("", "r1"),
  code: fc.constantFrom("", "E1"),
  metrics: fc.constantFrom(none, { rows: 3 }),
});
const event = fc.record<CoreEvent>({
  type: fc.constantFrom("SUBMITTED", "ENDED"),
  space: fc.constantFrom(...spaces),
  serial: fc.nat(1_000_000),
  reopen: fc.constantFrom(0, 1),
  at: fc.constantFrom(2_000, 2_000.5),
  previous: fc.constantFrom("", "RUNNING"),
  state: fc.constantFrom("QUEUED", "SUCCEEDED"),
  attempt: fc.constantFrom(0, 1),
  runnerId: fc.constantFrom("", "r1"),
  reason: fc.constantFrom("", "REPORTED"),
  message: fc.constantFrom("", "words"),
  actor: fc.constantFrom("", "somebody"),
  kind: fc.constantFrom("k1", "k2"),
  shape: fc.constantFrom(...shapes),
  facts: fc.option(facts, { nil: undefined }),
});

const rowOf = ({ space, shape, ...rest }: CoreEvent, i: number) => ({
  ...rest,
  sequence: 100 + i,
  ns: space.id,
  shapeId: shape.id,
});

it("reads back every event of a flush, whatever stands beside it", () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      expect(decodeEvents(100, encodeEvents(events))).toEqual(events.map(rowOf));
    }),
  );
});

it("keeps events that differ in the job alone as one run", () => {
  fc.assert(
    fc.property(event, fc.array(fc.nat(1_000_000), { minLength: 1 }), (one, serials) => {
      const events = serials.map((serial) => ({ ...one, serial }));
      const bytes = encodeEvents(events);
      expect(decodeEvents(100, bytes)).toEqual(events.map(rowOf));
      expect(JSON.parse(bytes.toString())).toHaveLength(1);
    }),
  );
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { chunkLimit, OrderChunk, OrderRooms } from "./order-chunk.js";

const step = fc.oneof(
  // At either end, as queues do it, and anywhere.
  fc.record({ do: fc.constantFrom("insert", "remove"), at: fc.constantFrom(0, 1) }),
  fc.record({ do: fc.constantFrom("insert", "remove"), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

it("holds what an array would, wherever slots come and go", () => {
  const rooms = new OrderRooms();
  fc.assert(
    fc.property(fc.nat({ max: chunkLimit }), fc.array(step, { maxLength: 1_500 }), (begun, steps) => {
      const chunk = new OrderChunk(rooms.take());
      const model = Array.from({ length: begun }, (_, i) => i);
      chunk.fill(model);
      for (const [slot, { do: what, at }] of steps.entries()) {
        if (what === "insert" && model.length < chunkLimit) {
          const index = Math.floor(at * model.length);
          chunk.insert(index, slot);
          model.splice(index, 0, slot);
        } else if (what === "remove" && model.length > 0) {
          const index = Math.floor(at * (model.length - 1));
          chunk.remove(index);
          model.splice(index, 1);
        }
      }
      expect(Array.from({ length: chunk.size }, (_, index) => chunk.at(index))).toEqual(model);
      if (model.length > 0) expect(chunk.last).toBe(model.at(-1));
      const keep = model.length >>> 1;
      const rest = new OrderChunk(rooms.take());
      chunk.moveRest(keep, rest);
      const halves = [chunk, rest].map((half) => Array.from({ length: half.size }, (_, index) => half.at(index)));
      expect(halves).toEqual([model.slice(0, keep), model.slice(keep)]);
      rooms.give(chunk.room);
      rooms.give(rest.room);
    }),
    { numRuns: 200 },
  );
});

it("gives no room twice", () => {
  const rooms = new OrderRooms();
  const taken = Array.from({ length: 100 }, () => rooms.take());
  for (const [i, room] of taken.entries()) room.fill(i);
  expect(taken.every((room, i) => room.length === chunkLimit && room.every((value) => value === i))).toBe(true);
});

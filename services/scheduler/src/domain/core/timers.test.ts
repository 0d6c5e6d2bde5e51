import fc from "fast-check";
import { expect, it } from "vitest";
import { Timers } from "./timers.js";

it("gives out what is due and was not cancelled, earliest first", () => {
  const entry = fc.record({ at: fc.nat(50), cancelled: fc.boolean() });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 200 }), fc.nat(50), (entries, now) => {
      const timers = new Timers<number>();
      const added = entries.map(({ at, cancelled }) => ({ timer: timers.add(at, at), cancelled }));
      for (const { timer, cancelled } of added) {
        if (!cancelled) continue;
        timers.cancel(timer);
        timers.cancel(timer);
      }
      const kept = entries.filter(({ cancelled }) => !cancelled).map(({ at }) => at);
      expect(timers.size).toBe(kept.length);
      const taken: number[] = [];
      for (let value = timers.take(now); value !== undefined; value = timers.take(now)) taken.push(value);
      expect(taken).toEqual(kept.filter((at) => at <= now).sort((a, b) => a - b));
      expect(timers.next()).toBe(kept.filter((at) => at > now).sort((a, b) => a - b)[0]);
    }),
    { numRuns: 500 },
  );
});

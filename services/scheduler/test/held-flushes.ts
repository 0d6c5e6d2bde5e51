import { eventually } from "@switchyard/testkit";
import { expect } from "vitest";
import type { InterceptFlush } from "../src/domain/shard/term-lanes.js";

/** Flushes of one lane that a test holds up. */
export interface HeldFlushes {
  readonly interceptFlush: InterceptFlush;
  /** Holds up those that come from now on; returns how to let all go on. */
  hold(): () => void;
  /** Waits until so many are held up. */
  areHeld(count: number): Promise<void>;
}

/**
 * Holds up the flushes of a lane: `before` they are written, or `after`, when they are durable and the scheduler has not learnt of it.
 */
export function holdFlushes(lane: string, moment: "before" | "after"): HeldFlushes {
  let gate: Promise<void> = Promise.resolve();
  let held = 0;
  const pass = async () => {
    held++;
    await gate;
    held--;
  };
  return {
    interceptFlush: (name, flush) =>
      name !== lane
        ? flush
        : async (writer, items) => {
            if (moment === "before") await pass();
            const results = await flush(writer, items);
            if (moment === "after") await pass();
            return results;
          },
    hold() {
      let letGo: () => void = () => undefined;
      gate = new Promise((resolve) => (letGo = resolve));
      return () => letGo();
    },
    areHeld: (count) => eventually(() => expect(held).toBe(count)),
  };
}

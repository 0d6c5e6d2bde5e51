import { expect, it, vi } from "vitest";
import { repeatAfterStalls } from "./repeat-after-stalls.js";

/** Keeps this process from everything else. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it("repeats what failed in a pause, and nothing else", async () => {
  let times = 0;
  const work = async () => {
    times++;
    if (times === 1) standStill(200);
    if (times <= 2) throw new Error(`time ${times}`);
    return "well";
  };
  await expect(repeatAfterStalls(work, { longestMs: 100 })).rejects.toThrow("time 2");
  expect(times).toBe(2);
  expect(await repeatAfterStalls(work, { longestMs: 100 })).toBe("well");
});

it("gives up in the end", async () => {
  const work = vi.fn(async () => {
    standStill(200);
    throw new Error("never");
  });
  await expect(repeatAfterStalls(work, { tries: 3, longestMs: 100 })).rejects.toThrow("never");
  expect(work).toHaveBeenCalledTimes(3);
});

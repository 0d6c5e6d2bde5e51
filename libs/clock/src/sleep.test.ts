import { expect, it } from "vitest";
import { sleep, systemClock } from "./index.js";

it("ends at once with the reason of a signal that aborts, and takes its timer back", async () => {
  let running = 0;
  const clock = {
    ...systemClock,
    setTimeout: (callback: () => void, ms: number) => {
      running++;
      return systemClock.setTimeout(callback, ms);
    },
    clearTimeout: (timer: Parameters<typeof systemClock.clearTimeout>[0]) => {
      running--;
      systemClock.clearTimeout(timer);
    },
  };
  const stopping = new AbortController();
  const sleeping = sleep(clock, 1_000_000, stopping.signal);
  stopping.abort(new Error("stop"));
  await expect(sleeping).rejects.toThrow("stop");
  expect(running).toBe(0);
  await expect(sleep(clock, 0, stopping.signal)).rejects.toThrow("stop");
  await sleep(clock, 0);
});

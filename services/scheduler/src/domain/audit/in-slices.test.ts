import { systemClock } from "@switchyard/clock";
import { expect, it } from "vitest";
import { inSlices } from "./in-slices.js";

/** Work that is done when it may be, and says when it has been ended. */
function* workUntil(isDone: () => boolean, ended: () => void): Generator<undefined, string, undefined> {
  try {
    while (!isDone()) yield;
    return "done";
  } finally {
    ended();
  }
}

it("lets everybody else go on between two slices", async () => {
  let others = 0;
  setImmediate(() => void others++);
  let rests = 0;
  const answer = await inSlices(
    systemClock,
    workUntil(
      () => others > 0,
      () => undefined,
    ),
    () => void rests++,
  );
  expect(answer).toBe("done");
  expect(rests).toBeGreaterThan(0);
});

it("ends the work, which clears up, when it may not go on", async () => {
  let ends = 0;
  const endless = workUntil(
    () => false,
    () => void ends++,
  );
  const lost = new Error("lost");
  await expect(
    inSlices(systemClock, endless, () => {
      throw lost;
    }),
  ).rejects.toBe(lost);
  expect(ends).toBe(1);
});

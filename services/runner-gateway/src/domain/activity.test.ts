import { systemClock } from "@switchyard/clock";
import { expect, it } from "vitest";
import type { ActivityChange, LostAttempt } from "../store/write-activity.js";
import { createActivity } from "./activity.js";

function setUp() {
  const written: (readonly ActivityChange[])[] = [];
  const lost: (readonly LostAttempt[])[] = [];
  const errors: unknown[] = [];
  const state = { isAway: false, nowMs: 0 };
  const activity = createActivity({
    write: async (changes) => {
      if (state.isAway) throw new Error("away");
      written.push(changes);
    },
    countLost: async (attempts) => void lost.push(attempts),
    clock: { ...systemClock, monotonicMs: () => state.nowMs, wallMs: () => 1_000 + state.nowMs },
    onError: (error) => errors.push(error),
    intervalMs: 60_000,
  });
  return { activity, written, lost, errors, state };
}

it("joins what it hears of a runner, the latest sign last", async () => {
  const { activity, written, state } = setUp();
  activity.touch("ns", "b");
  activity.touch("ns", "a");
  state.nowMs = 5;
  activity.touch("ns", "a");
  activity.count("ns", "a", { completed: 1, failed: 0 });
  activity.count("ns", "a", { completed: 1, failed: 2 });
  activity.leave("ns", "a");
  await activity.flush();
  expect(written).toEqual([
    [
      { namespace: "ns", runnerId: "a", seenAtMs: 1_005, present: false, completed: 2, failed: 2 },
      { namespace: "ns", runnerId: "b", seenAtMs: 1_000, present: true, completed: 0, failed: 0 },
    ],
  ]);
  await activity.stop();
  expect(written).toHaveLength(1);
});

it("keeps what could not be written for the next time", async () => {
  const { activity, written, lost, state } = setUp();
  state.isAway = true;
  activity.count("ns", "a", { completed: 1, failed: 0 });
  activity.lost([{ namespace: "ns", runnerId: "a", lostAtMs: 7 }]);
  await expect(activity.flush()).rejects.toThrow("away");
  state.isAway = false;
  activity.count("ns", "a", { completed: 1, failed: 0 });
  await activity.stop();
  expect(written.flat().map(({ completed }) => completed)).toEqual([2]);
  expect(lost.flat()).toHaveLength(1);
});

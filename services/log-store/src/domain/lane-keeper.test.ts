import type { GroupCommitLane, LaneState } from "@switchyard/postgres";
import { eventually } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { createLaneKeeper, type LaneKeeper } from "./lane-keeper.js";

/** A lane whose starts go as it is told: it comes up, does not, or comes up and dies before anybody hears of it. */
function setUp(...starts: readonly ("up" | "refused" | "dies at once")[]) {
  const left = [...starts];
  let state: LaneState = "stopped";
  const die = () => {
    state = "dead";
    keeper.restart();
  };
  const lane: GroupCommitLane<never, unknown> = {
    async start() {
      const next = left.shift();
      if (next === "refused") throw new Error("the database is away");
      state = "ready";
      if (next === "dies at once") die();
    },
    stop: async () => {
      state = "stopped";
    },
    push: () => Promise.reject(new Error("not asked for here")),
    pending: 0,
    get state() {
      return state;
    },
  };
  const keeper: LaneKeeper = createLaneKeeper(() => lane);
  return { keeper, lane, die, left };
}

it("starts a lane again that dies while it is started again", async () => {
  const { keeper, lane, die, left } = setUp("up", "refused", "dies at once", "up", "up");
  await keeper.start();
  die();
  await eventually(() => expect([lane.state, left.length]).toEqual(["ready", 1]));
  // And the next death is no different.
  die();
  await eventually(() => expect([lane.state, left.length]).toEqual(["ready", 0]));
  await keeper.stop();
});

it("lets it rest once it was stopped", async () => {
  const { keeper, lane, die, left } = setUp("up", "refused", "refused", "up");
  await keeper.start();
  die();
  await keeper.stop();
  const rest = left.length;
  die();
  await new Promise((resolve) => setImmediate(resolve));
  expect([lane.state, left.length]).toEqual(["dead", rest]);
});

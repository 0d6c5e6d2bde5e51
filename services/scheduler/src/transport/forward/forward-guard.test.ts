import { systemClock } from "@switchyard/clock";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ForwardGuard } from "./forward-guard.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A guard over one shard whose owner is set by hand, on a clock that is moved by hand, and a call to `a` that it looks after. */
function setUp() {
  const state = { owner: "a" as string | undefined, connected: true, givenUp: 0 };
  const guard = new ForwardGuard({ addressOf: () => state.owner }, systemClock);
  const transport = { isConnected: () => state.connected } as never;
  const call = { shard: 1, address: "a", transport, giveUp: () => state.givenUp++ };
  return { state, over: guard.watch(call), pass: (ms: number) => vi.advanceTimersByTime(ms) };
}

it("lets a call wait for as long as its owner has the shard and is connected", () => {
  const { state, pass } = setUp();
  pass(600_000);
  expect(state.givenUp).toBe(0);
});

it.each([
  ["the shard has another owner", { owner: "b" }],
  ["its lease has ended", { owner: undefined }],
  ["there is no connection", { connected: false }],
])("gives a call up, once, when %s for a second", (_, change) => {
  const { state, pass } = setUp();
  Object.assign(state, change);
  pass(1_000);
  expect(state.givenUp).toBe(0);
  pass(500);
  expect(state.givenUp).toBe(1);
  pass(60_000);
  expect(state.givenUp).toBe(1);
});

it("counts anew when the owner could answer meanwhile", () => {
  const { state, pass } = setUp();
  for (let n = 0; n < 10; n++) {
    state.connected = false;
    pass(750);
    state.connected = true;
    pass(250);
  }
  expect(state.givenUp).toBe(0);
});

it("leaves a call alone that is over, and no timer when none is left", () => {
  const { state, over, pass } = setUp();
  state.owner = undefined;
  over();
  pass(60_000);
  expect(state.givenUp).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

import { systemClock } from "@switchyard/clock";
import { eventually } from "@switchyard/testkit";
import { expect, it } from "vitest";
import type { RunnerRecord } from "../runner-record.js";
import { createRunnerSessions } from "./runner-sessions.js";

const record: RunnerRecord = {
  ...{ namespace: "n", id: "r", name: "r", spec: new Uint8Array(), labels: {}, version: "", hostname: "" },
  ...{ slots: 1, presenceMs: 60_000, draining: false, paused: false },
  ...{ registeredAtMs: 0, revokedAtMs: undefined, credential: undefined },
};

/** Sessions on a clock that goes on by a step with each look at it, and what was last said that the runner can take. */
function setUp(stepMs: number) {
  let nowMs = 1_000 - stepMs;
  const wishes: number[] = [];
  const sessions = createRunnerSessions({
    registry: {
      subscribe: () => undefined,
      find: async () => record,
      require: async () => record,
      changed: () => undefined,
      changedAll: () => undefined,
    },
    clock: {
      ...systemClock,
      monotonicMs: () => {
        nowMs += stepMs;
        return nowMs;
      },
      wallMs: () => Date.now(),
    },
    giveBack: { release: () => undefined, cancel: () => undefined, idle: async () => undefined },
    sealBeforeHanding: async () => true,
    state: ({ wanted }) => void wishes.push(wanted),
    onError: (error) => {
      throw error;
    },
    ...{ pendingMs: 150, sealBeforeMs: 300 },
  });
  const session = sessions.open(record);
  const channel = session.channel(0);
  channel.freeSlots = 1;
  return { sessions, session, channel, wishes };
}

it("takes demand back whose end falls between two looks at the clock", async () => {
  const { sessions, session, channel, wishes } = setUp(1);
  // Open at the first look of the update, at 1,000, and over by the next.
  channel.openUntilMs = 1_000.5;
  session.lastCallMs = 1_000;
  sessions.update(session);
  expect(wishes).toEqual([1]);
  await eventually(() => expect(wishes.at(-1)).toBe(0));
  sessions.stop();
});

it("asks a runner for all that it has every so often, even one that has nothing to renew", () => {
  const { session, channel, sessions } = setUp(0);
  const nothing = { statuses: [], unnamed: [], revoked: [], held: [], sentMs: 0 };
  session.applyRenewal(nothing, [], true, 1_000, 0);
  expect(session.answer(channel, 20_999).wantComplete).toBe(false);
  expect(session.answer(channel, 21_000).wantComplete).toBe(true);
  session.applyRenewal(nothing, [], true, 21_500, 0);
  expect(session.answer(channel, 22_000).wantComplete).toBe(false);
  sessions.stop();
});

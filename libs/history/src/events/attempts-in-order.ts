import type { EventRule } from "./event-rule.js";

/** Attempts are numbered 1, 2, 3... without gap, over reopenings too. */
export const attemptsInOrder: EventRule = {
  name: "attempts-in-order",
  check({ attempts, recent }, seen, say) {
    const { type, job, attempt } = seen.event;
    if (type !== "CLAIMED" || attempts === undefined || attempt === attempts + 1) return;
    const before = recent.findLast(({ event }) => event.attempt > 0) ?? recent.at(-1);
    const message = `Job ${job} was claimed as attempt ${attempt}; the next one is ${attempts + 1}.`;
    say(message, ...(before ? [before] : []), seen);
  },
};

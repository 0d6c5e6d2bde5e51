import fc from "fast-check";
import type { World } from "../world/world.js";
import { command, type Feature, type Rule } from "./feature.js";
import { queues } from "./items.js";

/** Queues that are paused and resumed. */
export const pausesFeature: Feature = {
  name: "pauses",
  commands: [
    command({
      name: "pause",
      weight: 0.5,
      data: fc.record({ queue: fc.constantFrom(...queues) }),
      run: (world, { queue }) => steer(world, "pauseQueue", queue),
    }),
    command({
      name: "resume",
      weight: 1,
      data: fc.record({ queue: fc.constantFrom(...queues) }),
      run: (world, { queue }) => steer(world, "resumeQueue", queue),
    }),
  ],
  settle: async (world) => {
    for (const queue of queues) await steer(world, "resumeQueue", queue);
  },
  rules: [pausedQueuesGiveNothing],
};

async function steer(world: World, method: "pauseQueue" | "resumeQueue", name: string): Promise<void> {
  await world.call(method, { namespace: world.namespace, name });
}

/** A claim that begins after a pause was acknowledged, and ends before anybody resumes the queue, gets nothing from it. */
function pausedQueuesGiveNothing({ evidence }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const { history } = evidence;
  for (const { answer, begin, end } of history.of("claimJobs")) {
    for (const { queue } of answer?.leases ?? []) {
      const pausedAt = history
        .of("pauseQueue")
        .filter((pause) => pause.request.name === queue && pause.answer && pause.end < begin)
        .reduce((latest, pause) => Math.max(latest, pause.begin), 0);
      // A resume that overlaps with the pause may have been the later one.
      const resumed = history
        .of("resumeQueue")
        .some((resume) => resume.request.name === queue && resume.end > pausedAt && resume.begin < end);
      if (pausedAt > 0 && !resumed) say(`a lease came from queue ${queue} while it was paused`);
    }
  }
}

import fc from "fast-check";
import { describe, it } from "vitest";
import { CheckedWorld } from "../../../test/core/checked-world.js";
import { commandsOf, type Width } from "../../../test/core/core-commands.js";

/** Runs random steps; compares everything after every `compareEach` of them, and each decision when it is made. `CORE_RUNS` multiplies the runs. */
function check(width: Width, numRuns: number, compareEach = 1): void {
  fc.assert(
    fc.property(commandsOf(width), (commands) => {
      const world = new CheckedWorld();
      for (const [i, command] of commands.entries()) {
        world.apply(command);
        if (i % compareEach === 0) world.compare();
      }
      world.drain();
    }),
    { numRuns: numRuns * Number(process.env.CORE_RUNS ?? 1) },
  );
}

describe("the core decides like a model that looks at all jobs", () => {
  it("with few kinds and queues, where everything meets", () => {
    check({ kinds: 2, queues: 2, profiles: 1, flows: 3, steps: [0, 40] }, 200);
  }, 600_000);

  it("over many steps", () => {
    check({ kinds: 3, queues: 3, profiles: 2, flows: 3, steps: [200, 400] }, 4, 10);
  }, 600_000);

  it("with more kinds, profiles and fairness keys than are kept while nobody uses them", () => {
    check({ kinds: 900, queues: 3, profiles: 600, flows: 5_000, steps: [1_600, 1_800] }, 1, 200);
  }, 600_000);
});

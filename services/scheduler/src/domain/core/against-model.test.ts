import fc from "fast-check";
import { describe, it } from "vitest";
import { CheckedWorld } from "../../../test/core/checked-world.js";
import { commandsOf, type Width } from "../../../test/core/core-commands.js";

function check(width: Width, numRuns: number): void {
  fc.assert(
    fc.property(commandsOf(width), (commands) => {
      const world = new CheckedWorld();
      for (const command of commands) {
        world.apply(command);
        world.compare();
      }
      world.drain();
    }),
    { numRuns: Number(process.env["CORE_RUNS"] ?? numRuns) },
  );
}

describe("the core decides like a model that looks at all jobs", () => {
  it("with few kinds and queues, where everything meets", () => {
    check({ kinds: 2, queues: 2, profiles: 1, steps: 40 }, 1_000);
  });
});

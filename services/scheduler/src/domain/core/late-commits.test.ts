import fc from "fast-check";
import { it } from "vitest";
import { commandsOf } from "../../../test/core/core-commands.js";
import { LateWorld } from "../../../test/core/late-world.js";

it("holds its promises while writes are on the way, in whatever order the lanes commit", () => {
  const commands = commandsOf({ kinds: 2, queues: 2, profiles: 1, flows: 3, steps: [0, 40] });
  // 0 to 2: a lane commits. More: the next step.
  const schedule = fc.array(fc.nat(5), { maxLength: 120, size: "max" });
  fc.assert(
    fc.property(commands, schedule, (steps, order) => {
      const world = new LateWorld();
      const left = [...steps];
      for (const next of order) {
        if (next < 3) world.commit(next);
        const step = next < 3 ? undefined : left.shift();
        if (step) world.apply(step);
        world.check();
      }
      for (const step of left) world.apply(step);
      world.finish();
    }),
    { numRuns: 100 * Number(process.env.CORE_RUNS ?? 1) },
  );
}, 120_000);

import fc from "fast-check";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { pause } from "../world/history.js";
import { command, type Feature, itemPart } from "./feature.js";

/** The clock moves: leases and presences end, start times come, limits pass. */
export const timeFeature: Feature = {
  name: "time",
  commands: [
    command({
      name: "advance",
      weight: 2,
      data: fc.record({ ms: fc.constantFrom(200, 1_000, 1_000, 2_500) }),
      async run(world, { ms }) {
        world.arena.clock.advance(ms);
        // The owner looks at its clock every 20 ms. Half of the sequences goes on before it has.
        if (ms !== 200) await pause(25);
      },
    }),
  ],
  item: itemPart({
    oneIn: 5,
    data: fc.constantFrom(500, 1_500),
    spec: (world, delay) => ({ startTime: timestampFromMs(world.arena.clock.now() + delay) }),
  }),
};

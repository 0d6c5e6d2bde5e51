import fc from "fast-check";
import type { FlushFault } from "@switchyard/testkit";
import type { World } from "../world/world.js";
import { readAll } from "./reads.js";
import { command, type Feature } from "./feature.js";

/** The owner of the shard: its terms end, others take over, its writes fail. Reads before and after have to agree. */
export const ownersFeature: Feature = {
  name: "owners",
  commands: [
    command({
      name: "end-term",
      weight: 0.2,
      data: fc.record({ compare: fc.boolean() }),
      run: (world, { compare }) => around(world, compare, () => world.arena.endTerm()),
    }),
    command({
      name: "change-owner",
      weight: 0.1,
      data: fc.record({ compare: fc.boolean() }),
      run: (world, { compare }) => around(world, compare, () => world.arena.changeOwner()),
    }),
    command({
      name: "fail-a-flush",
      weight: 0.3,
      data: fc.record({
        fault: fc.constantFrom<FlushFault>("before", "after", "in-flight", "slow"),
        lane: fc.constantFrom("submit", "claim", "report", "progress"),
      }),
      async run(world, { fault, lane }) {
        if (world.arena.mayFail) world.arena.faults.arm(fault, lane);
      },
    }),
  ],
};

/** Reads every job before and after; the checker compares the reads, since what was known once must be known for ever. */
async function around(world: World, compare: boolean, change: () => Promise<void>): Promise<void> {
  if (compare) await readAll(world);
  await change();
  if (compare) await readAll(world);
}

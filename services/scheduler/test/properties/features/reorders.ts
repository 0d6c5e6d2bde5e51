import fc from "fast-check";
import { command, type Feature } from "./feature.js";

/** Open jobs that get another place. */
export const reordersFeature: Feature = {
  name: "reorders",
  commands: [
    command({
      name: "reorder",
      weight: 1.5,
      data: fc.record({
        back: fc.nat(7),
        rankClass: fc.integer({ min: -1, max: 1 }),
        rank: fc.constantFrom(-3, 0, 5),
        revision: fc.constantFrom(0, 0, 1, 2),
      }),
      async run(world, { back, rankClass, rank, revision }) {
        const jobId = world.job(back);
        if (!jobId) return;
        const order = { rankClass, rankBy: { case: "rank" as const, value: rank } };
        const request = { namespace: world.namespace, jobId, order, expectedRevision: BigInt(revision) };
        await world.call("reorderJob", request);
      },
    }),
  ],
};

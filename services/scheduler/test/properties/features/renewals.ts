import fc from "fast-check";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Init, RequestOf } from "../world/api.js";
import type { World } from "../world/world.js";
import { anyRunner, leaseLengths } from "./claims.js";
import { command, type Feature } from "./feature.js";

type Renewal = Init<NonNullable<RequestOf<"renewLeases">["renewals"]>[number]>;

/** Signs of life: of single leases, of all that a runner holds, of its presence, and its leaving. */
export const renewalsFeature: Feature = {
  name: "renewals",
  commands: [
    command({
      name: "renew",
      weight: 2,
      data: fc.record({ back: fc.nat(5), lease: leaseLengths }),
      async run(world, { back, lease }) {
        const known = world.lease(back);
        if (!known) return;
        const { jobId, attempt: value, runnerId } = known;
        const attempts = [{ jobId, by: { case: "attempt" as const, value } }];
        await renew(world, { runnerId, attempts, ...(lease && { lease: durationFromMs(lease) }) });
      },
    }),
    command({
      name: "heartbeat",
      weight: 2,
      data: fc.record({ runner: anyRunner, names: fc.nat(4), presence: fc.constantFrom(undefined, 1_000, 3_600_000) }),
      async run(world, { runner, names, presence }) {
        // It names what it remembers, and learns of leases whose answers were lost.
        const mine = world.leases.filter(({ runnerId }) => runnerId === runner).slice(-names - 1);
        const attempts = mine.map(({ jobId, attempt }) => ({
          jobId,
          by: { case: "attempt" as const, value: attempt },
        }));
        const more = { complete: true, wantRevoked: true, ...(presence && { presence: durationFromMs(presence) }) };
        await renew(world, { runnerId: runner, attempts, renewHeld: names > 2, ...more });
      },
    }),
    command({
      name: "leave",
      weight: 1,
      data: fc.record({ runner: anyRunner }),
      run: (world, { runner }) => renew(world, { runnerId: runner, leave: true }),
    }),
  ],
};

/** Renews as one runner, and notes leases that it did not know of. */
export async function renew(world: World, renewal: Renewal): Promise<void> {
  const answer = await world.call("renewLeases", { renewals: [{ namespace: world.namespace, ...renewal }] });
  for (const { unnamed } of answer?.results ?? []) {
    const isNew = unnamed.filter(
      ({ jobId, attempt }) => !world.leases.some((known) => known.jobId === jobId && known.attempt === attempt),
    );
    world.got(isNew);
  }
}

import { SwitchyardError } from "@switchyard/errors";
import { ShardLanes, type ShardFinder } from "../shard-lanes.js";
import { createRenewals, type Renewals, type RenewalsDeps } from "./renewals.js";

/** Creates renewals that share calls with those of the same shard. */
export function createShardedRenewals(deps: RenewalsDeps & { readonly shards: ShardFinder }): Renewals {
  const lanes = new ShardLanes(deps.shards, () => createRenewals(deps));
  let stopped = false;

  async function whenLocated<T>(lane: Promise<Renewals>, use: (lane: Renewals) => T): Promise<Awaited<T>> {
    const located = await lane;
    if (stopped) throw new SwitchyardError("SHUTTING_DOWN");
    return await use(located);
  }

  return {
    renew(need) {
      if (stopped) return Promise.reject(new SwitchyardError("SHUTTING_DOWN"));
      const lane = lanes.of(need.namespace);
      return lane instanceof Promise ? whenLocated(lane, (located) => located.renew(need)) : lane.renew(need);
    },
    touch(namespace, runnerId, presenceMs) {
      if (stopped) return;
      const touch = (located: Renewals) => located.touch(namespace, runnerId, presenceMs);
      const lane = lanes.of(namespace);
      if (lane instanceof Promise) whenLocated(lane, touch).catch(() => undefined);
      else touch(lane);
    },
    presenceEndMs: (namespace, runnerId) => lanes.known(namespace)?.presenceEndMs(namespace, runnerId),
    async stop() {
      stopped = true;
      await Promise.all([...lanes.all()].map((lane) => lane.stop()));
    },
  };
}

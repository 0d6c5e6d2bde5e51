import { SwitchyardError } from "@switchyard/errors";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { eventually } from "@switchyard/testkit";

/** Where namespaces live, by the words of `ShardService`; all in shard 0 to begin with. */
export class ModelShards {
  readonly homes = new Map<string, number>();
  /** Addresses of the owners, by shard; the others tell none. */
  readonly addresses = new Map<number, string>();
  /** Shards whose owner does not answer: calls about them are held. */
  readonly stuck = new Set<number>();
  lookups = 0;

  readonly route: ServiceRoute = route(ShardService, {
    locateNamespaces: ({ namespaces }) => {
      this.lookups++;
      const locations = namespaces.map((namespace) => {
        const shard = this.shardOf(namespace);
        return { namespace, shard, address: this.addresses.get(shard) ?? "" };
      });
      return { locations };
    },
  });

  shardOf(namespace: string): number {
    return this.homes.get(namespace) ?? 0;
  }

  /** Returns when the owners of all these namespaces answer. */
  async pass(items: readonly { readonly namespace: string }[]): Promise<void> {
    const isStuck = () => items.some(({ namespace }) => this.stuck.has(this.shardOf(namespace)));
    if (isStuck()) await eventually(() => void (isStuck() && fail()));
  }

  /** Refuses demand for a namespace that does not live in the session's shard. */
  check(shard: number, demands: readonly { readonly namespace: string }[]): void {
    if (demands.every(({ namespace }) => this.shardOf(namespace) === shard)) return;
    throw new SwitchyardError("NOT_OWNER", "a namespace lives elsewhere", { shard: String(shard) });
  }
}

function fail(): never {
  throw new Error("the owner does not answer");
}

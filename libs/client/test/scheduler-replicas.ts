import {
  createClient,
  type ConnectedTransport,
  createInMemoryTransport,
  route,
  type ServiceRoute,
} from "@switchyard/rpc";
import { SwitchyardError } from "@switchyard/errors";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";

/** Replicas that own shards between them, by the words of `ShardService`; what they answer says who answered. */
export class SchedulerReplicas {
  /** Shard of each namespace; 0 for those that are not here. */
  readonly shards = new Map<string, number>();
  /** Address of the owner of each shard; empty for one that tells none. */
  readonly owners = new Map<number, string>();
  /** Calls by address: `GetJob ns`. */
  readonly calls: string[] = [];
  /** What the next call at an address fails with, once. */
  readonly failures = new Map<string, Error>();
  /** Addresses to which no connection stands. */
  readonly unreachable = new Set<string>();
  readonly closed: string[] = [];
  /** The namespaces of each lookup. */
  readonly lookups: string[][] = [];
  lookupFailure: Error | undefined;
  /** Events that a watch tells before it fails with what is in {@link failures}. */
  eventsBeforeFailure = 0;

  /** The services of the replica at an address. */
  routesAt(address: string): ServiceRoute[] {
    const called = (method: string, subject: string | number) => {
      this.calls.push(`${address} ${method} ${subject}`);
    };
    const failNow = () => {
      const failure = this.failures.get(address);
      this.failures.delete(address);
      if (failure !== undefined) throw failure;
    };
    const events = () => this.eventsBeforeFailure;
    return [
      route(JobService, {
        getJob: ({ namespace }) => {
          called("GetJob", namespace);
          failNow();
          return { job: { namespace, id: address } };
        },
        watchJobs: async function* ({ namespace }) {
          called("WatchJobs", namespace);
          for (let i = 1; i <= events(); i++) yield { sequence: BigInt(i) };
          failNow();
          yield { sequence: 100n };
        },
      }),
      route(DispatchService, {
        syncCapacity: ({ shard }) => {
          called("SyncCapacity", shard);
          return {};
        },
        reportAttempts: ({ reports }) => {
          called("ReportAttempts", reports.map(({ namespace }) => namespace).join());
          return { results: [] };
        },
      }),
      route(ShardService, {
        locateNamespaces: ({ namespaces }) => {
          this.lookups.push(namespaces);
          if (this.lookupFailure !== undefined) throw this.lookupFailure;
          const locations = namespaces.map((namespace) => {
            const shard = this.shards.get(namespace) ?? 0;
            return { namespace, shard, address: this.owners.get(shard) ?? "" };
          });
          return { locations };
        },
      }),
    ];
  }

  /** A transport to the replica at an address, as {@link unreachable} has it. */
  open(address: string): ConnectedTransport {
    return {
      ...createInMemoryTransport({ routes: this.routesAt(address) }),
      isConnected: () => !this.unreachable.has(address),
      close: () => void this.closed.push(address),
    };
  }

  /** Asks any replica for places. */
  get directoryClient() {
    return createClient(ShardService, this.open("any"));
  }

  /** What was called since the last look. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }
}

/** A replica refuses, since it is not the owner. */
export function notOwner(): SwitchyardError {
  return new SwitchyardError("NOT_OWNER", "not the owner", { shard: "1" });
}

import { createRunner, type SwitchyardClient } from "@switchyard/client";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { now } from "../driver/now.js";
import { benchKind, namespace } from "./names.js";

/** What only our own service is asked, beside submits. */
export interface ClientCommands {
  /** Bounds a concurrency key. */
  limit(limit: { readonly key: string; readonly seats: number }): Promise<void>;
  /** Claims one job of a kind and keeps it: its seat stays taken. */
  hold(kind: string): Promise<void>;
  /** Starts runners that wait for jobs of a kind that nobody submits; they stay. */
  wait(runners: number): Promise<void>;
  /** Claims and finishes jobs one after the other; answers the milliseconds of each claim. */
  claims(jobs: number): Promise<readonly number[]>;
}

const runnerId = "bench-claims";
const leaseMs = 3_600_000;

/** Makes these commands. Claims are made as a gateway makes them. */
export function clientCommands(address: string, client: SwitchyardClient): ClientCommands {
  const dispatch = createClient(DispatchService, createGrpcTransport({ address }));
  const claim = async (kind: string) => {
    const { leases } = await dispatch.claimJobs(
      {
        namespace,
        runnerId,
        profile: { kinds: [{ by: { case: "exact", value: kind } }] },
        maxJobs: 1,
        lease: { seconds: BigInt(leaseMs / 1_000) },
      },
      { timeoutMs: 10_000 },
    );
    const [lease] = leases;
    if (lease === undefined) throw new Error(`there was no job of kind ${kind} to claim`);
    return lease;
  };
  return {
    async limit({ key, seats }) {
      await client.queues.setLimits({ namespace, limits: [{ key, seats }] });
    },
    async hold(kind) {
      await claim(kind);
    },
    async wait(runners) {
      const waiting = Array.from({ length: runners }, (_, n) =>
        createRunner({ client, namespace, name: `idle-${n}`, handlers: { "bench.never": () => undefined } }),
      );
      await Promise.all(waiting.map((runner) => runner.start()));
    },
    async claims(jobs) {
      const delays: number[] = [];
      for (let i = 0; i < jobs; i++) {
        const begunAt = now();
        const { jobId, attempt } = await claim(benchKind);
        delays.push(now() - begunAt);
        const { results } = await dispatch.reportAttempts(
          {
            reports: [
              {
                namespace,
                runnerId,
                attempt: { jobId, by: { case: "attempt", value: attempt } },
                report: { case: "outcome", value: { kind: Outcome_Kind.SUCCEEDED } },
              },
            ],
          },
          { timeoutMs: 10_000 },
        );
        if (results[0]?.reason) throw new Error(`the report of a claimed job was refused: ${results[0].message}`);
      }
      return delays;
    },
  };
}

import { createBackoff } from "@switchyard/client";
import { watchedOf } from "@switchyard/history";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createClient } from "@switchyard/rpc";
import { Process } from "../kernel/process.js";
import { beginMs } from "../kernel/world.js";
import { createSimTransport } from "../network/sim-transport.js";
import { namespace } from "../plan/plan.js";
import type { Actor, Sim } from "./sim.js";

/** A watcher, and how far it is. */
export interface WatcherActor extends Actor {
  /** It has seen everything up to this number. */
  readonly seen: number;
}

/** Watches all events from the first one on, and resumes behind the last that it saw. It survives everything. */
export function createWatcherActor(sim: Sim, name: string): WatcherActor {
  const { recorder, addresses, faults, world } = sim;
  const process = new Process(name, world);
  let seen = 0;
  return {
    process,
    get seen() {
      return seen;
    },
    boot() {
      const life = process.start();
      const jobs = createClient(JobService, createSimTransport(life, addresses.wayTo("scheduler"), faults, sim.calls));
      const backoff = createBackoff({ initialMs: 100, maxMs: 1_000, clock: life.clock });
      const watch = async () => {
        for (;;) {
          recorder.note({ type: "watch", watcher: name, namespace, after: seen });
          try {
            for await (const told of jobs.watchJobs({ namespace, afterSequence: BigInt(seen) })) {
              recorder.add(...watchedOf(beginMs + world.now, { watcher: name, namespace }, told));
              seen = Math.max(seen, Number(told.sequence));
              backoff.reset();
            }
          } catch {
            // It resumes, whatever ended it.
          }
          await backoff.wait();
        }
      };
      watch().catch((error: unknown) => world.fail(error));
    },
  };
}

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createBackoff } from "@switchyard/client";
import type { EndReason as HistoryReason, JobEventType as HistoryType, JobState as HistoryState } from "@switchyard/history";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createClient } from "@switchyard/rpc";
import { Process } from "../kernel/process.js";
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
      const jobs = createClient(
        JobService,
        createSimTransport(life, () => addresses.resolve("scheduler"), faults),
      );
      const backoff = createBackoff({ initialMs: 100, maxMs: 1_000, clock: life.clock });
      const watch = async () => {
        for (;;) {
          recorder.note({ type: "watch", watcher: name, namespace, after: seen });
          try {
            for await (const { events, sequence } of jobs.watchJobs({ namespace, afterSequence: BigInt(seen) })) {
              for (const event of events) recorder.note({ type: "event", watcher: name, namespace, event: eventOf(event) });
              seen = Math.max(seen, Number(sequence));
              recorder.note({ type: "seen", watcher: name, namespace, upTo: Number(sequence) });
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

function eventOf(event: JobEvent) {
  const { jobId: job, attempt, runnerId: runner, message, queue, previousState, state, endReason } = event;
  return {
    ...{ job, attempt, runner, message, queue },
    sequence: Number(event.sequence),
    time: event.time ? timestampMs(event.time) : 0,
    type: JobEventType[event.type] as HistoryType,
    previousState: previousState === JobState.UNSPECIFIED ? "" : (JobState[previousState] as HistoryState),
    state: JobState[state] as HistoryState,
    reason: endReason === EndReason.UNSPECIFIED ? "" : (EndReason[endReason] as HistoryReason),
  } as const;
}

import type { JobEvent } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Queue } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { History } from "../world/history.js";
import type { SentItem } from "../world/world.js";

/** Everything that is known of a sequence when it is over. The checker looks at nothing else. */
export interface Evidence {
  readonly namespace: string;
  readonly history: History;
  readonly items: ReadonlyMap<string, SentItem>;
  /** Marks of the jobs, by id. */
  readonly marks: ReadonlyMap<string, string>;
  /** The jobs that stand for the items, by mark, as far as somebody was told. */
  readonly standIns: ReadonlyMap<string, string>;
  /** The jobs as they are in the end, in the full view, by id. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** All events, read in the end. */
  readonly events: readonly JobEvent[];
  /** All events, as somebody got them who watched all the time. */
  readonly followed: readonly JobEvent[];
  /** When each of them came, in ticks of the history. */
  readonly followedAt: readonly number[];
  readonly queues: readonly Queue[];
  /** Attempts that runners hold in the end. */
  readonly held: number;
  /** Whether every job ended in the time that was given. */
  readonly drained: boolean;
}

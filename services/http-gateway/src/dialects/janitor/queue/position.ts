import { type Reason, reasonOf } from "@switchyard/errors";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  GetPositionRequest,
  GetPositionRequestSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Core } from "../core-access.js";
import { runQueue } from "../names.js";

/** A place in the queue as the dialect counts it. */
export interface Position {
  /** From 1; runs that are going on count as long as they are not finished. */
  readonly position: number;
  /** Sum of the estimated durations of all before it, in seconds. */
  readonly cumulativeWait: number;
  /** The same, shared by the runs that are going on. */
  readonly wait: number;
}

type By = NonNullable<Exclude<MessageInitShape<typeof GetPositionRequestSchema>, GetPositionRequest>["by"]>;

/** The place of an item; undefined when it is not queued. */
export async function positionOf(core: Core, by: By, kind = ""): Promise<Position | undefined> {
  const { namespace } = core.config;
  const [found, active] = await Promise.all([
    core.core.jobs
      .getPosition({ namespace, by, kind, queue: runQueue, includeRunning: true })
      .catch((error: unknown) => (absent.has(reasonOf(error)) ? undefined : Promise.reject(error))),
    countActive(core),
  ]);
  if (found?.place === undefined) return undefined;
  const cumulativeWait = found.place.weightAhead;
  const wait = active === 0 ? cumulativeWait : cumulativeWait / active;
  return { position: Number(found.place.position) + 1, cumulativeWait, wait };
}

const absent: ReadonlySet<Reason> = new Set<Reason>([
  "JOB_NOT_FOUND",
  "QUEUE_NOT_FOUND",
  "WRONG_STATE",
  "ALREADY_FINISHED",
]);

/** Runs that are going on. */
async function countActive({ core, config: { namespace } }: Core): Promise<number> {
  const { queue } = await core.queues
    .getQueue({ namespace, name: runQueue })
    .catch((error: unknown) => (reasonOf(error) === "QUEUE_NOT_FOUND" ? { queue: undefined } : Promise.reject(error)));
  return Number((queue?.counts?.claimed ?? 0n) + (queue?.counts?.started ?? 0n));
}

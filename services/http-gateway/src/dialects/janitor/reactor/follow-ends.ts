import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@switchyard/service-kit";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { JanitorContext } from "../context.js";
import { fewAtATime } from "../few-at-a-time.js";
import { runQueue } from "../names.js";
import { msOf } from "../times.js";
import { type Cursor, readCursor, writeCursor } from "./cursor.js";
import { settleEndedJob } from "./settle-ended-job.js";
import { sweepEnds } from "./sweep-ends.js";

/** Ends that are dealt with side by side. */
const atOnce = 8;

/** For so long an end is left to whoever reported it, who mostly does all that follows from it. */
const graceMs = 1_000;

/**
 * Follows the ends of runs and does for each what follows from it. What a gateway has done already, in the call by which a worker
 * finished its run, changes nothing again; what nobody has done, since a lease ended or a gateway died, is done here.
 */
export async function followEnds(context: JanitorContext, logger: Logger, signal: AbortSignal): Promise<void> {
  const { core, config } = context;
  const from = await readCursor(context);
  let cursor: Cursor = from ?? { sequence: 0n, timeMs: 0 };
  const call = {
    namespace: config.namespace,
    queue: runQueue,
    types: [JobEventType.ENDED, JobEventType.OVERRUN],
    afterSequence: cursor.sequence,
  };
  for await (const { events, sequence } of core.jobs.watchJobs(call, { signal })) {
    if (events.some(({ type }) => type === JobEventType.OVERRUN)) await sweepEnds(context, cursor.timeMs, logger);
    const ended = events.filter(({ type, attempt }) => type === JobEventType.ENDED && attempt > 0);
    await untilAge(timeOf(ended.at(-1)), signal);
    await fewAtATime(ended, atOnce, (event) => settleEndedJob(context, event.jobId, event.attempt));
    const last = ended.at(-1);
    if (sequence === cursor.sequence && last === undefined) continue;
    cursor = { sequence: max(sequence, cursor.sequence), timeMs: timeOf(last) ?? cursor.timeMs };
    if (events.length > 0) await writeCursor(context, cursor);
  }
}

/** Waits until an event is as old as the grace, or the signal fires. */
async function untilAge(eventMs: number | undefined, signal: AbortSignal): Promise<void> {
  if (eventMs === undefined) return;
  const waitMs = Math.min(graceMs, eventMs + graceMs - Date.now());
  if (waitMs > 0) await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
}

function timeOf(event: JobEvent | undefined): number | undefined {
  return event?.time === undefined ? undefined : msOf(event.time);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { type JobEvent, JobEventSchema, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { EndReason, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type WatchJobsRequest,
  type WatchJobsResponse,
  WatchJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { CoreEvent } from "../domain/core/writes.js";
import { decodeId, type Directory, type Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { watchEvents } from "../domain/reads/watch-events.js";
import { isFinal } from "../domain/reads/final-state.js";
import type { SequencedEvent } from "../domain/shard/event-feed.js";
import type { ShardTerm } from "../domain/shard/shard-term.js";
import type { LiveNews } from "../domain/shard/live-feed.js";
import { progressToProto } from "./attempt-to-proto.js";
import { invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";

/** Replays the events of a namespace from a number and follows. */
export async function* watchJobs(
  directory: Directory,
  request: WatchJobsRequest,
  context: HandlerContext,
): AsyncGenerator<WatchJobsResponse> {
  if (request.jobIds.length > 1_000) throw invalid("job_ids", "at most 1000 jobs can be named");
  if (request.untilFinal && request.jobIds.length === 0) throw invalid("until_final", "needs job_ids");
  const place = await directory.open(request.namespace);
  const { term, space, ids } = place;
  const serials = new Set(request.jobIds.map((id) => decodeId(ids, id).serial));
  const after = request.afterSequence === undefined ? undefined : Number(request.afterSequence);
  const isType = (type: keyof typeof JobEventType) =>
    request.types.length === 0 || request.types.includes(JobEventType[type]);
  const watch = watchEvents(term, space, after, context.signal, (news) => {
    if (!isType(news.type)) return false;
    if (news.type !== "PROGRESS") return request.includeRunners;
    const { job } = news.attempt;
    const isNamed = serials.size === 0 || serials.has(job.serial);
    return request.includeProgress && isNamed && (request.queue === "" || job.shape.queue === request.queue);
  });
  try {
    const open = new Set(serials);
    // A job that the records show as ended may have ended since the watch began: its end is still to be told then.
    let tellUpTo = watch.startedAt;
    if (request.includeSnapshot || request.untilFinal) {
      const records = await readRecords(term, space, [...serials], request.includeSnapshot);
      for (const { stored, state } of records) if (isFinal(state)) open.delete(stored.serial);
      const missing = serials.size - records.length;
      if (missing > 0)
        throw new SwitchyardError("JOB_NOT_FOUND", `${missing} of the named jobs do not exist`, {
          missing: String(missing),
        });
      if (request.includeSnapshot) {
        const snapshots = records.map((record) => jobToProto(record, ids, JobView.PAYLOADS));
        yield create(WatchJobsResponseSchema, { snapshots, sequence: BigInt(watch.startedAt) });
        if (request.untilFinal && open.size === 0 && after === undefined) return;
      }
      if (request.untilFinal && open.size < serials.size) tellUpTo = watch.reachPresent();
    }
    if (request.untilFinal && open.size === 0 && (after ?? watch.startedAt) >= tellUpTo) return;
    const isNamed = ({ serial }: CoreEvent) => serials.size === 0 || serials.has(serial);
    const wanted = (event: CoreEvent) =>
      isNamed(event) && (request.queue === "" || event.shape.queue === request.queue) && isType(event.type);
    for await (const { events: batch, live, upTo, replayed, overrun } of watch.batches) {
      if (overrun) {
        yield create(WatchJobsResponseSchema, { events: [overrunEvent(term, upTo)], sequence: BigInt(upTo) });
        // The end of a job may be among what was missed.
        if (request.untilFinal) {
          await forgetFinal(place, open);
          tellUpTo = watch.reachPresent();
        }
      }
      const events = [
        ...batch.filter(({ event }) => wanted(event)).map((event) => eventToProto(place, event)),
        ...live.map((news) => newsToProto(place, news)),
      ];
      // The end of a replay is told even when nothing of it was wanted, so that nobody replays the same again.
      if (events.length > 0 || replayed) yield create(WatchJobsResponseSchema, { events, sequence: BigInt(upTo) });
      for (const { event } of batch) if (isNamed(event)) follow(open, event);
      if (request.untilFinal && open.size === 0 && upTo >= tellUpTo) return;
    }
  } finally {
    watch.stop();
  }
}

/** Keeps the set of those that are still waited for: one that is opened again is, one that is deleted is not. */
function follow(open: Set<number>, { type, serial }: CoreEvent): void {
  if (type === "ENDED" || type === "DELETED") open.delete(serial);
  else if (type === "REOPENED") open.add(serial);
}

/** Tells a watcher that it has missed events, which nobody keeps any more. It is sent whatever the watcher asked for. */
function overrunEvent({ clock }: ShardTerm, upTo: number): JobEvent {
  const time = timestampFromMs(clock.now());
  return create(JobEventSchema, { sequence: BigInt(upTo), time, type: JobEventType.OVERRUN });
}

async function forgetFinal({ term, space }: Place, open: Set<number>): Promise<void> {
  const records = await readRecords(term, space, [...open], false);
  const still = new Set(records.filter(({ state }) => !isFinal(state)).map(({ stored }) => stored.serial));
  for (const serial of open) if (!still.has(serial)) open.delete(serial);
}

function newsToProto({ ids }: Place, news: LiveNews): JobEvent {
  const { type, at } = news;
  if (news.type !== "PROGRESS")
    return create(JobEventSchema, { time: timestampFromMs(at), type: JobEventType[type], runnerId: news.runnerId });
  const { job, number, runner, progress } = news.attempt;
  return create(JobEventSchema, {
    time: timestampFromMs(at),
    type: JobEventType.PROGRESS,
    jobId: ids.encodeJob(job.serial),
    ...{ state: JobState.RUNNING, previousState: JobState.RUNNING },
    ...{ attempt: number, runnerId: runner.id, kind: job.kind, queue: job.shape.queue },
    ...(progress && { progress: progressToProto(progress) }),
  });
}

function eventToProto({ ids }: Place, { sequence, event }: SequencedEvent): JobEvent {
  const { serial, shape } = event;
  return create(JobEventSchema, {
    sequence: BigInt(sequence),
    time: timestampFromMs(event.at),
    type: JobEventType[event.type],
    jobId: ids.encodeJob(serial),
    previousState: event.previous === "" ? JobState.UNSPECIFIED : JobState[event.previous],
    state: JobState[event.state],
    attempt: event.attempt,
    runnerId: event.runnerId,
    endReason: event.reason === "" ? EndReason.UNSPECIFIED : EndReason[event.reason],
    message: event.message,
    actor: event.actor,
    kind: event.kind,
    queue: shape.queue,
  });
}

import { clone, create } from "@bufbuild/protobuf";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { AttemptState, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, type Job, JobSchema, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  AggregateBy,
  type AggregateJobsRequest,
  type JobAggregate,
  JobAggregateSchema,
  type JobFilter,
  JobService,
  ListOrder,
  SubmittedJob_Disposition,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueCountsSchema, QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { SwitchyardError } from "@switchyard/errors";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { type CoreModel, isFinal, micros } from "./state.js";

/** The model's scheduler. */
export function schedulerRoutes(model: CoreModel): ServiceRoute[] {
  const jobs = route(JobService, {
    submitJobs({ namespace, items }) {
      model.enter();
      const submitted = items.map(({ spec, idempotencyKey, fingerprint }) => {
        if (spec === undefined) throw new SwitchyardError("INVALID_ARGUMENT", "an item has no spec");
        const key = `${namespace}/${idempotencyKey}`;
        const digest = Buffer.from(fingerprint).toString("hex");
        const before = idempotencyKey === "" ? undefined : model.submissions.get(key);
        if (before !== undefined && before.fingerprint !== digest) {
          throw new SwitchyardError("REQUEST_ID_REUSED", "the key came with another content");
        }
        const job = before === undefined ? model.submit(namespace, spec) : model.job(namespace, before.jobId);
        if (idempotencyKey !== "") model.submissions.set(key, { jobId: job.id, fingerprint: digest });
        const disposition = before === undefined ? SubmittedJob_Disposition.CREATED : SubmittedJob_Disposition.REPLAYED;
        return {
          jobId: job.id,
          serial: job.serial,
          disposition,
          state: job.state,
          createTime: job.createTime as never,
        };
      });
      return { jobs: submitted };
    },

    getJob({ namespace, by, view }) {
      model.enter();
      const id = by.case === "jobId" ? by.value : "";
      const attemptOf = [...model.jobs.values()].find((job) => job.attempts.some((attempt) => attempt.id === id));
      return { job: viewOf(attemptOf ?? model.job(namespace, id), view) };
    },

    listJobs({ namespace, filter, orderBy, pageSize, pageToken, skip, wantTotal, view }) {
      model.enter();
      const all = [...model.jobs.values()].filter((job) => job.namespace === namespace && matches(job, filter));
      all.sort(comparator(orderBy));
      let at = pageToken === "" ? skip : Number(pageToken);
      const page: Job[] = [];
      for (let bytes = 0; at < all.length && page.length < (pageSize || 100) && bytes < model.pageBytes; at += 1) {
        const job = all[at] as Job;
        bytes += job.spec?.input?.data.length ?? 0;
        page.push(viewOf(job, view));
      }
      const nextPageToken = at < all.length ? String(at) : "";
      return { jobs: page, nextPageToken, total: wantTotal ? BigInt(all.length) : 0n };
    },

    cancelJobs({ namespace, jobIds, message }) {
      model.enter();
      const results = jobIds.map((jobId) => {
        const job = model.jobs.get(jobId);
        if (job === undefined || job.namespace !== namespace) return { jobId, reason: ErrorReason.JOB_NOT_FOUND };
        const previousState = job.state;
        if (isFinal(previousState)) return { jobId, reason: ErrorReason.WRONG_STATE, previousState };
        if (previousState === JobState.RUNNING) {
          model.endAttempt(job, AttemptState.CANCELLED, Revocation_Reason.CANCELLED);
        } else model.endJob(job, JobState.CANCELLED, EndReason.CANCELLED);
        job.endMessage = message;
        return { jobId, previousState, job: viewOf(job, JobView.BASIC) };
      });
      return { results };
    },

    aggregateJobs(request) {
      model.enter();
      return { groups: aggregate(model, request) };
    },

    getStatus() {
      model.enter();
      return { databaseConnected: true, databaseLatency: { seconds: 0n, nanos: 1_500_000 }, version: "model" };
    },
  });

  const queues = route(QueueService, {
    getQueue({ namespace, name }) {
      model.enter();
      const jobs = [...model.jobs.values()].filter((job) => job.namespace === namespace && job.spec?.queue === name);
      if (jobs.length === 0) throw new SwitchyardError("QUEUE_NOT_FOUND", `no queue ${name}`);
      const counts = create(QueueCountsSchema);
      for (const job of jobs) counts[countName[job.state]] += 1n;
      return { queue: { namespace, name, counts } };
    },
    // What dialects set at their start; nothing here depends on it.
    updateQueue: ({ namespace, name }) => ({ queue: { namespace, name } }),
    setLimits: ({ limits }) => ({ limits }),
    listSchedules: () => ({ schedules: [] }),
  });
  return [jobs, queues];
}

/** A copy that holds what the view holds. */
export function viewOf(job: Job, view: JobView): Job {
  const copy = clone(JobSchema, job);
  if (view !== JobView.FULL) copy.attempts = [];
  if (view === JobView.FULL || view === JobView.PAYLOADS) return copy;
  if (copy.spec !== undefined) delete copy.spec.input;
  if (copy.lastAttempt?.outcome !== undefined) delete copy.lastAttempt.outcome.result;
  return copy;
}

const countName = {
  [JobState.UNSPECIFIED]: "queued",
  [JobState.BLOCKED]: "blocked",
  [JobState.SCHEDULED]: "scheduled",
  [JobState.QUEUED]: "queued",
  [JobState.RUNNING]: "started",
  [JobState.SUCCEEDED]: "succeeded",
  [JobState.FAILED]: "failed",
  [JobState.TIMED_OUT]: "timedOut",
  [JobState.CANCELLED]: "cancelled",
} as const;

function matches(job: Job, filter: JobFilter | undefined): boolean {
  if (filter === undefined) return true;
  if (filter.states.length > 0 && !filter.states.includes(job.state)) return false;
  if (filter.kinds.length > 0 && !filter.kinds.includes(job.spec?.kind ?? "")) return false;
  return filter.runnerId === "" || shownRunner(job) === filter.runnerId;
}

/** The runner of the last attempt, if that is live or its end is the job's end. */
function shownRunner(job: Job): string | undefined {
  const open = job.state === JobState.QUEUED;
  const givenBack = [AttemptState.LOST, AttemptState.RELEASED].includes(job.lastAttempt?.state ?? 0);
  return open || givenBack ? undefined : job.lastAttempt?.runnerId;
}

function comparator(order: ListOrder): (a: Job, b: Job) => number {
  const by = (key: (job: Job) => number | undefined, direction: number) => (a: Job, b: Job) => {
    const [left, right] = [key(a), key(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return (left - right) * direction;
  };
  const started = (job: Job) => (shownRunner(job) === undefined ? undefined : micros(job.lastAttempt?.claimTime));
  const ended = (job: Job) => (job.endTime === undefined ? undefined : micros(job.endTime));
  switch (order) {
    case ListOrder.OLDEST:
      return by((job) => micros(job.createTime), 1);
    case ListOrder.START_TIME_ASC:
      return by(started, 1);
    case ListOrder.START_TIME_DESC:
      return by(started, -1);
    case ListOrder.END_TIME_ASC:
      return by(ended, 1);
    case ListOrder.END_TIME_DESC:
      return by(ended, -1);
    case ListOrder.UPDATE_TIME_ASC:
      return by((job) => micros(job.updateTime), 1);
    case ListOrder.UPDATE_TIME_DESC:
      return by((job) => micros(job.updateTime), -1);
    default:
      return by((job) => micros(job.createTime), -1);
  }
}

function aggregate(model: CoreModel, request: AggregateJobsRequest): JobAggregate[] {
  const groups = new Map<string, JobAggregate>();
  for (const job of model.jobs.values()) {
    if (job.namespace !== request.namespace) continue;
    if (request.states.length > 0 && !request.states.includes(job.state)) continue;
    if (request.runnerId !== "" && shownRunner(job) !== request.runnerId) continue;
    if (request.endedAfter !== undefined && micros(job.endTime) < micros(request.endedAfter)) continue;
    const key = request.groupBy.map((by) => {
      if (by === AggregateBy.KIND) return job.spec?.kind ?? "";
      return by === AggregateBy.RUNNER ? (shownRunner(job) ?? "") : (job.spec?.queue ?? "");
    });
    const name = key.join("\u0000");
    const group = groups.get(name) ?? create(JobAggregateSchema, { key });
    groups.set(name, group);
    group.count += 1n;
    if (job.endTime === undefined || job.lastAttempt === undefined) continue;
    group.timedCount += 1n;
    group.durationSeconds += (micros(job.endTime) - micros(job.lastAttempt.claimTime)) / 1e6;
    group.waitSeconds += (micros(job.lastAttempt.claimTime) - micros(job.createTime)) / 1e6;
  }
  return [...groups.values()];
}

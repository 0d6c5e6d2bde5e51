import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Clock, sleep } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { type Lease, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import {
  type AttemptReport,
  DispatchService,
  type ReportResult,
  ReportResultSchema,
  type RunnerRenewal,
  RunnerRevocationSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobSchema, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { CapacitySessions } from "./capacity-sessions.js";
import { type ModelJob, ModelJobs } from "./jobs.js";
import { ModelShards } from "./shards.js";

/** A small scheduler that follows the rules of `DispatchService` and counts its calls. */
export class ModelScheduler {
  readonly jobs = new ModelJobs();
  readonly shards = new ModelShards();
  readonly capacity: CapacitySessions;
  readonly calls = { syncCapacity: 0, claimJobs: 0, renewLeases: 0, reportAttempts: 0 };
  readonly reports: AttemptReport[] = [];
  /** Jobs whose attempts were renewed, by name or as all that a runner holds, in order. */
  readonly renewed: string[] = [];
  /** Presence by `namespace/runner`, in milliseconds as last asked for; absent after a runner left. */
  readonly presence = new Map<string, number>();
  /** While set, calls fail as if nobody listened. */
  isAway = false;
  /** Time that a renewal takes. */
  renewMs = 1;
  /** Time that reports take. */
  reportMs = 0;
  /** While set, reports wait for it. */
  reportsHeld: Promise<void> | undefined;

  readonly route: ServiceRoute = route(DispatchService, {
    syncCapacity: (request, context) => {
      this.calls.syncCapacity++;
      this.#checkThere();
      return this.capacity.sync(request, context);
    },
    claimJobs: async (request) => {
      this.calls.claimJobs++;
      this.#checkThere();
      const { namespace, runnerId, maxHeld } = request;
      const endMs = Date.now() + Number(request.wait?.seconds ?? 0n) * 1000 + (request.wait?.nanos ?? 0) / 1e6;
      for (;;) {
        const isFull = maxHeld > 0 && this.jobs.held(namespace, runnerId).length >= maxHeld;
        const job = isFull ? undefined : this.#claimable(request.namespace, request.jobId, request.profile);
        if (job !== undefined) return { leases: [this.jobs.grant(job, runnerId)] };
        if (Date.now() >= endMs) return { leases: [] };
        await sleep(this.clock, 5);
      }
    },
    renewLeases: async ({ renewals }) => {
      this.calls.renewLeases++;
      await sleep(this.clock, this.renewMs);
      await this.shards.pass(renewals);
      this.#checkThere();
      return { results: renewals.map((renewal) => this.#renew(renewal)) };
    },
    reportAttempts: async ({ reports }) => {
      this.calls.reportAttempts++;
      if (this.reportMs > 0) await sleep(this.clock, this.reportMs);
      await this.reportsHeld;
      await this.shards.pass(reports);
      this.#checkThere();
      this.reports.push(...reports);
      const results = reports.map((report) => this.#report(report));
      this.capacity.match();
      return { results };
    },
  });

  constructor(private readonly clock: Clock) {
    this.capacity = new CapacitySessions(this.jobs, this.shards, clock);
  }

  submit(namespace: string, kind?: string): ModelJob {
    const job = this.jobs.submit(namespace, kind);
    this.capacity.match();
    return job;
  }

  /** Ends a lease from outside; the job is queued again, or over after a cancel. Matching is the next submit's or call's. */
  take(job: ModelJob, why: Revocation_Reason): void {
    const { namespace, holder = "" } = job;
    const revocation = this.jobs.take(job, why);
    this.capacity.revoke(create(RunnerRevocationSchema, { namespace, runnerId: holder, revocation }));
  }

  #claimable(namespace: string, jobId: string, profile: Parameters<ModelJobs["next"]>[1]): ModelJob | undefined {
    if (jobId === "") return this.jobs.next(namespace, profile);
    const job = this.jobs.all.get(jobId);
    if (job === undefined || job.namespace !== namespace) throw new SwitchyardError("JOB_NOT_FOUND");
    if (job.holder !== undefined || job.isOver)
      throw new SwitchyardError("NOT_CLAIMABLE", "held", { state: "RUNNING" });
    return job;
  }

  #renew({ namespace, runnerId, attempts, complete, renewHeld, presence, leave, wantRevoked }: RunnerRenewal) {
    const key = `${namespace}/${runnerId}`;
    if (leave) {
      this.presence.delete(key);
      this.jobs.release(namespace, runnerId);
      this.capacity.match();
    }
    if (presence !== undefined) this.presence.set(key, Number(presence.seconds) * 1000 + presence.nanos / 1e6);
    const held = this.jobs.held(namespace, runnerId);
    this.renewed.push(...(renewHeld ? held.map(({ id }) => id) : attempts.map(({ jobId }) => jobId)));
    const statuses = attempts.map((ref) => this.jobs.status(namespace, runnerId, ref));
    const named = new Set(attempts.map(({ jobId }) => jobId));
    const unnamed: Lease[] = complete ? held.filter(({ id }) => !named.has(id)).map((job) => this.jobs.lease(job)) : [];
    return {
      statuses,
      unnamed,
      revoked: wantRevoked ? (this.jobs.revoked.get(key) ?? []) : [],
      held: held.map((job) => ({ jobId: job.id, attempt: job.attempts.length })),
    };
  }

  #report({ namespace, runnerId, attempt, report, returnJob }: AttemptReport): ReportResult {
    if (attempt === undefined) throw new SwitchyardError("INVALID_ARGUMENT");
    const status = this.jobs.status(namespace, runnerId, attempt);
    const job = this.jobs.all.get(attempt.jobId);
    const isRepeat =
      status.reason === ErrorReason.ALREADY_FINISHED &&
      report.case === "outcome" &&
      job?.attempts[status.attempt - 1]?.end === report.value.kind;
    if (status.reason !== ErrorReason.UNSPECIFIED && !isRepeat) {
      const { reason, message, metadata, attempt: number } = status;
      return create(ReportResultSchema, { reason, message, metadata, attempt: number });
    }
    if (report.case === "outcome" && !isRepeat && job !== undefined) this.jobs.end(job, report.value);
    return create(ReportResultSchema, {
      attempt: status.attempt,
      repeatedReport: isRepeat,
      requeued: job?.isOver === false && report.case === "outcome",
      ...(returnJob === JobView.UNSPECIFIED ? {} : { job: create(JobSchema, { id: attempt.jobId, namespace }) }),
    });
  }

  #checkThere(): void {
    if (this.isAway) throw new ConnectError("connection refused", Code.Unavailable);
  }
}

/** Why a lease ended, for tests to read. */
export const Why = Revocation_Reason;

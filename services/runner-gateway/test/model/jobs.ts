import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import {
  type Lease,
  LeaseSchema,
  type Outcome,
  Outcome_Kind,
  type Revocation,
  Revocation_Reason,
  RevocationSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type LeaseStatus, LeaseStatusSchema } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";

/** Lease length of the model, in milliseconds. Nothing ends by time: tests say when (`take`). */
const leaseMs = 30_000;

/** One job of the model. */
export interface ModelJob {
  readonly namespace: string;
  readonly id: string;
  readonly kind: string;
  /** The live attempt is `attempts.length` while `holder` is set. */
  readonly attempts: { readonly runner: string; end?: Outcome_Kind; why?: Revocation_Reason }[];
  holder: string | undefined;
  cancelRequested: boolean;
  isOver: boolean;
}

/** Jobs and their attempts by the scheduler's rules of fencing, without time, limits and order beyond FIFO. */
export class ModelJobs {
  readonly all = new Map<string, ModelJob>();
  readonly revoked = new Map<string, Revocation[]>();

  submit(namespace: string, kind = "work"): ModelJob {
    const job = {
      namespace,
      id: randomUUID(),
      kind,
      attempts: [],
      holder: undefined,
      cancelRequested: false,
      isOver: false,
    };
    this.all.set(job.id, job);
    return job;
  }

  next(namespace: string, profile: RunnerProfile | undefined): ModelJob | undefined {
    return [...this.all.values()].find(
      (job) => job.namespace === namespace && job.holder === undefined && !job.isOver && fits(job, profile),
    );
  }

  grant(job: ModelJob, runner: string): Lease {
    job.attempts.push({ runner });
    job.holder = runner;
    return this.lease(job);
  }

  lease(job: ModelJob): Lease {
    return create(LeaseSchema, {
      namespace: job.namespace,
      jobId: job.id,
      attempt: job.attempts.length,
      runnerId: job.holder ?? "",
      kind: job.kind,
      timeToLive: { seconds: BigInt(leaseMs / 1000) },
    });
  }

  held(namespace: string, runner: string): ModelJob[] {
    return [...this.all.values()].filter((job) => job.namespace === namespace && job.holder === runner);
  }

  /** Takes a job from its runner; it is queued again unless it is over with that. */
  take(job: ModelJob, why: Revocation_Reason): Revocation {
    const last = job.attempts.at(-1);
    if (last === undefined || job.holder === undefined) throw new Error("nobody holds the job");
    last.why = why;
    const key = `${job.namespace}/${job.holder}`;
    job.holder = undefined;
    job.isOver = why === Revocation_Reason.CANCELLED;
    const revocation = create(RevocationSchema, {
      jobId: job.id,
      attempt: job.attempts.length,
      reason: why,
      time: timestampFromMs(Date.now()),
    });
    this.revoked.set(key, [...(this.revoked.get(key) ?? []), revocation]);
    return revocation;
  }

  /** How an attempt stands for a caller; empty `runner`: by number alone. */
  status(namespace: string, runner: string, ref: AttemptRef): LeaseStatus {
    const job = this.all.get(ref.jobId);
    const status = (
      reason: ErrorReason,
      attempt: number,
      more: Omit<Partial<LeaseStatus>, "$typeName" | "$unknown" | "timeToLive"> & {
        timeToLive?: NonNullable<LeaseStatus["timeToLive"]>;
      } = {},
    ) => create(LeaseStatusSchema, { reason, attempt, jobId: ref.jobId, message: ErrorReason[reason] ?? "", ...more });
    if (job === undefined || job.namespace !== namespace) return status(ErrorReason.JOB_NOT_FOUND, 0);
    const live = job.attempts.length;
    const number = ref.by.case === "attempt" ? ref.by.value : lastOf(job, ref.by.value ?? "");
    const meant = job.attempts[number - 1];
    const asker = ref.by.case === "holder" ? ref.by.value : runner;
    if (meant === undefined || (asker !== "" && meant.runner !== asker)) return status(ErrorReason.NOT_HOLDER, number);
    if (job.holder !== undefined && number === live) {
      return status(ErrorReason.UNSPECIFIED, number, {
        message: "",
        cancelRequested: job.cancelRequested,
        timeToLive: this.lease(job).timeToLive as NonNullable<Lease["timeToLive"]>,
      });
    }
    const reason = meant.end === undefined ? ErrorReason.LEASE_LOST : ErrorReason.ALREADY_FINISHED;
    const metadata = { attempt: String(live), outcome: meant.end === undefined ? "" : (Outcome_Kind[meant.end] ?? "") };
    return status(reason, number, { metadata, revocation: meant.why ?? Revocation_Reason.UNSPECIFIED });
  }

  /** Ends the live attempt of a job. */
  end(job: ModelJob, outcome: Outcome): void {
    (job.attempts.at(-1) as { end?: Outcome_Kind }).end = outcome.kind;
    job.holder = undefined;
    job.isOver = outcome.kind !== Outcome_Kind.RELEASED;
  }

  release(namespace: string, runner: string): void {
    for (const job of this.held(namespace, runner)) this.take(job, Revocation_Reason.RELEASED);
  }
}

function lastOf(job: ModelJob, runner: string): number {
  return job.attempts.findLastIndex((attempt) => attempt.runner === runner) + 1;
}

function fits(job: ModelJob, profile: RunnerProfile | undefined): boolean {
  return (profile?.kinds ?? []).some(({ by }) => by.value === job.kind || (by.case === "glob" && by.value === "*"));
}

import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { RunnerSpec } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import {
  type Attempt,
  AttemptSchema,
  AttemptState,
  type Outcome,
  OutcomeSchema,
  type Revocation,
  Revocation_Reason,
  RevocationSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import {
  EndReason,
  type Job,
  JobSchema,
  type JobSpec,
  JobState,
} from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SwitchyardError } from "@switchyard/errors";

/** A runner of the model. */
export interface ModelRunner {
  readonly id: string;
  readonly namespace: string;
  spec: RunnerSpec;
  readonly registerMicros: number;
  seenMicros: number;
  left: boolean;
  paused: boolean;
  completed: number;
  failed: number;
  lost: number;
  revoked: Revocation[];
}

/**
 * The core in a few hundred lines of memory, as its contracts describe it and no more: enough to try a dialect against. It
 * has no timers; whatever time has brought about is found out at the next call.
 */
export class CoreModel {
  readonly jobs = new Map<string, Job>();
  readonly runners = new Map<string, ModelRunner>();
  readonly submissions = new Map<string, { readonly jobId: string; readonly fingerprint: string }>();
  readonly logs = new Map<string, LogRecord[]>();
  /** Answers every call with this error while it is set. */
  outage: SwitchyardError | undefined;
  /** The longest page of jobs in bytes of input. */
  pageBytes = 64 * 1024;
  #micros = 0;
  #heldClaims: { readonly enter: () => void; readonly released: Promise<void> } | undefined;

  /** Keeps the answers of claims back until `release`; `entered` settles when a claim has been decided. */
  holdClaims(): { readonly entered: Promise<void>; readonly release: () => void } {
    let enter = () => {};
    let release = () => {};
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#heldClaims = { enter, released };
    return { entered, release };
  }

  /** Waits where the answer of a claim is kept back. */
  async claimDecided(): Promise<void> {
    this.#heldClaims?.enter();
    await this.#heldClaims?.released;
  }

  /** Strictly rising. */
  now(): number {
    this.#micros = Math.max(this.#micros + 1, Date.now() * 1000);
    return this.#micros;
  }

  timestamp(micros = this.now()): Timestamp {
    return create(TimestampSchema, { seconds: BigInt(Math.floor(micros / 1e6)), nanos: (micros % 1e6) * 1000 });
  }

  /** Called first in every handler. */
  enter(): void {
    if (this.outage !== undefined) throw this.outage;
    const now = Date.now() * 1000;
    for (const runner of this.runners.values()) {
      if (this.present(runner)) continue;
      for (const job of this.heldBy(runner)) this.endAttempt(job, AttemptState.LOST, Revocation_Reason.LEASE_LOST);
    }
    for (const job of this.jobs.values()) {
      const deadline = job.state === JobState.RUNNING ? job.lastAttempt?.executionDeadline : undefined;
      if (deadline !== undefined && micros(deadline) <= now)
        this.endAttempt(job, AttemptState.TIMED_OUT, Revocation_Reason.TIMED_OUT);
    }
  }

  submit(namespace: string, spec: JobSpec): Job {
    const createTime = this.timestamp();
    const job = create(JobSchema, {
      id: randomUUID(),
      namespace,
      serial: BigInt(this.jobs.size + 1),
      spec,
      state: JobState.QUEUED,
      createTime,
      updateTime: createTime,
    });
    this.jobs.set(job.id, job);
    return job;
  }

  job(namespace: string, id: string): Job {
    const job = this.jobs.get(id);
    if (job === undefined || job.namespace !== namespace) throw new SwitchyardError("JOB_NOT_FOUND", `no job ${id}`);
    return job;
  }

  runner(namespace: string, id: string): ModelRunner {
    const runner = this.runners.get(`${namespace}/${id}`);
    if (runner === undefined) throw new SwitchyardError("RUNNER_NOT_FOUND", `no runner ${id}`);
    return runner;
  }

  heldBy({ id, namespace }: ModelRunner): Job[] {
    const held = [...this.jobs.values()].filter(
      (job) => job.namespace === namespace && job.state === JobState.RUNNING && job.lastAttempt?.runnerId === id,
    );
    return held.sort((a, b) => micros(a.lastAttempt?.claimTime) - micros(b.lastAttempt?.claimTime));
  }

  present(runner: ModelRunner): boolean {
    const presence = Number(runner.spec.presence?.seconds ?? 60n) * 1e6 + (runner.spec.presence?.nanos ?? 0) / 1000;
    return !runner.left && runner.seenMicros + presence > Date.now() * 1000;
  }

  claim(job: Job, runner: ModelRunner): Attempt {
    const claimTime = this.timestamp();
    const limit = job.spec?.policies?.executionTimeout;
    const limitMicros = limit === undefined ? 0 : Number(limit.seconds) * 1e6 + limit.nanos / 1000;
    const attempt = create(AttemptSchema, {
      id: randomUUID(),
      number: job.attempts.length + 1,
      state: AttemptState.STARTED,
      runnerId: runner.id,
      claimTime,
      startTime: claimTime,
      ...(limit === undefined
        ? {}
        : { executionDeadline: this.timestamp(Math.round(micros(claimTime) + limitMicros)) }),
    });
    job.attempts.push(attempt);
    job.lastAttempt = attempt;
    job.attemptCount = attempt.number;
    job.state = JobState.RUNNING;
    job.updateTime = claimTime;
    return attempt;
  }

  /** Ends the live attempt by itself or by others; the job follows. */
  endAttempt(job: Job, state: AttemptState, reason: Revocation_Reason, outcome?: Outcome): void {
    const attempt = job.lastAttempt as Attempt;
    const time = this.timestamp();
    attempt.state = state;
    attempt.endTime = time;
    attempt.outcome = outcome ?? create(OutcomeSchema, {});
    const runner = this.runners.get(`${job.namespace}/${attempt.runnerId}`);
    if (reason !== Revocation_Reason.UNSPECIFIED) {
      runner?.revoked.push(create(RevocationSchema, { jobId: job.id, attempt: attempt.number, reason, time }));
    }
    if (state === AttemptState.LOST || state === AttemptState.RELEASED) {
      job.state = JobState.QUEUED;
      job.updateTime = time;
      if (runner !== undefined && state === AttemptState.LOST) runner.lost += 1;
    } else if (state === AttemptState.SUCCEEDED) this.endJob(job, JobState.SUCCEEDED, EndReason.REPORTED);
    else if (state === AttemptState.FAILED) this.endJob(job, JobState.FAILED, EndReason.REPORTED, outcome?.message);
    else if (state === AttemptState.TIMED_OUT) this.endJob(job, JobState.TIMED_OUT, EndReason.EXECUTION_TIMEOUT);
    else this.endJob(job, JobState.CANCELLED, EndReason.CANCELLED);
  }

  endJob(job: Job, state: JobState, reason: EndReason, message = ""): void {
    const time = this.timestamp();
    Object.assign(job, { state, endReason: reason, endMessage: message, endTime: time, updateTime: time });
  }
}

/** Microseconds since 1970; 0 for a time that is not set. */
export function micros(time: Timestamp | undefined): number {
  return time === undefined ? 0 : Number(time.seconds) * 1e6 + time.nanos / 1000;
}

/** Whether a job is over. */
export function isFinal(state: JobState): boolean {
  return state >= JobState.SUCCEEDED;
}

import { retrying, isSafelyRepeated, type SwitchyardClient, uuidV7 } from "@switchyard/client";
import { reasonOf } from "@switchyard/errors";
import type { Answer, Parent, Request } from "@switchyard/history";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  CancelMode,
  type SubmittedJob,
  SubmittedJob_Disposition,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { CallLog } from "../record/call-log.js";
import type { Journal, Unstamped } from "../record/journal.js";
import { type RandomJob, randomJob, seatKeys, seatsOfKey } from "./random-job.js";

/** What users of one namespace do. Every call is noted with its answer; none throws but `begin`. */
export interface Users {
  /** Sets the limits. @throws Error when that cannot be done */
  begin(): Promise<void>;
  submitOne(): Promise<void>;
  /** Several in one call, of which some may wait for others. */
  submitBatch(size: number): Promise<void>;
  /** Cancels a job that takes long, or else one of the last. */
  cancelOne(): Promise<void>;
  readOne(): Promise<void>;
  waitForOne(): Promise<void>;
  /** Jobs that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
}

/** What users need. */
export interface UsersDeps {
  readonly client: SwitchyardClient;
  readonly namespace: string;
  readonly journal: Journal;
  readonly calls: CallLog;
  readonly random: () => number;
}

/** Of the last so many jobs some are read, waited for, cancelled, or become parents. */
const recentJobs = 300;

/** Makes the users of a namespace. */
export function createUsers({ client, namespace, journal, calls, random }: UsersDeps): Users {
  const acknowledged = new Set<string>();
  const recent: string[] = [];
  const long: string[] = [];
  let made = 0;

  const pickRecent = () => recent[Math.floor(random() * recent.length)];
  const nextTag = () => `${namespace}-${++made}`;
  const parents = (): Parent[] => recent.slice(-5).map((job) => ({ job }));

  /** Notes a call, makes it, notes what became of it. Undefined: it failed. */
  const noted = async <T>(request: Request, make: () => Promise<T>, answerOf: (answer: T) => AnswerFacts) => {
    const call = journal.nextNumber();
    journal.note({ type: "call", call, client: `users of ${namespace}`, request });
    try {
      const answer = await make();
      journal.note({ type: "answer", call, ...answerOf(answer) });
      return answer;
    } catch (error) {
      const reason = reasonOf(error) ?? "unknown";
      journal.note({ type: "failure", call, done: refusals.has(reason) ? "no" : "unknown", reason });
      return undefined;
    }
  };

  const acknowledge = (jobs: readonly SubmittedJob[], made: readonly RandomJob[]) => {
    for (const [i, { jobId }] of jobs.entries()) {
      acknowledged.add(jobId);
      recent.push(jobId);
      if (made[i]?.isLong) long.push(jobId);
    }
    recent.splice(0, Math.max(0, recent.length - recentJobs));
  };

  return {
    acknowledged,
    async begin() {
      const limits = seatKeys.map((key) => ({ key, seats: seatsOfKey }));
      const request: Request = { op: "limits", namespace, limits };
      const set = await noted(
        request,
        () => retrying(() => client.queues.setLimits({ namespace, limits })),
        () => ({}),
      );
      if (set === undefined) throw new Error(`the limits of ${namespace} were not set`);
    },
    async submitOne() {
      const job = randomJob(random, nextTag(), parents());
      const request: Request = { op: "submit", namespace, requestId: uuidV7(), items: [job.noted] };
      const submit = () => calls.time("submit", () => client.submit(namespace, job.spec));
      const answer = await noted(request, submit, (one) => ({ jobs: [submitted(one)] }));
      if (answer !== undefined) acknowledge([answer], [job]);
    },
    async submitBatch(size) {
      const jobs = Array.from({ length: size }, (_, i) =>
        randomJob(random, nextTag(), i === 0 ? parents() : [{ job: i - 1 }]),
      );
      const requestId = uuidV7();
      const items = jobs.map(({ spec }) => ({ spec }));
      const submit = () =>
        calls.time("batch", () =>
          retrying(() => client.jobs.submitJobs({ namespace, requestId, items }), {
            ...{ giveUpAfterMs: 60_000, backoff: { maxMs: 1_000 }, retryable: isSafelyRepeated },
          }),
        );
      const request: Request = { op: "submit", namespace, requestId, items: jobs.map(({ noted: spec }) => spec) };
      const answer = await noted(request, submit, (one) => ({ jobs: one.jobs.map(submitted) }));
      if (answer !== undefined) acknowledge(answer.jobs, jobs);
    },
    async cancelOne() {
      const job = random() < 0.7 ? (long.shift() ?? pickRecent()) : recent.at(-1);
      if (job === undefined) return;
      const isImmediate = random() < 0.5;
      const mode = isImmediate ? CancelMode.IMMEDIATE : CancelMode.CONFIRMED;
      const request: Request = { op: "cancel", namespace, jobs: [job], mode: isImmediate ? "immediate" : "confirmed" };
      const cancel = () => calls.time("cancel", () => client.jobs.cancelJobs({ namespace, jobIds: [job], mode }));
      await noted(request, cancel, ({ results }) => ({
        results: results.map(({ jobId, reason, previousState }) => ({
          job: jobId,
          refused: reason === ErrorReason.UNSPECIFIED ? "" : ErrorReason[reason],
          previousState: stateName(previousState),
        })),
      }));
    },
    async readOne() {
      const job = pickRecent();
      if (job === undefined) return;
      const read = () => client.jobs.getJob({ namespace, by: { case: "jobId", value: job } });
      await calls.time("read", read).catch((error: unknown) => {
        if (reasonOf(error) === "JOB_NOT_FOUND")
          journal.note({ type: "mark", text: `acknowledged job ${job} is not found` });
      });
    },
    async waitForOne() {
      const job = recent.at(-1);
      if (job === undefined) return;
      const patience = AbortSignal.timeout(300_000);
      await calls.time("wait", () => client.waitForJob(namespace, job, { signal: patience })).catch(() => undefined);
    },
  };
}

type AnswerFacts = Omit<Unstamped<Answer>, "type" | "call">;

/** Failures that say that nothing was done. */
const refusals: ReadonlySet<string> = new Set([
  ...["INVALID_ARGUMENT", "DEPENDENCY_NOT_FOUND", "JOB_NOT_FOUND", "QUOTA_EXCEEDED", "WRONG_STATE"],
]);

function submitted({ jobId, disposition, state }: SubmittedJob) {
  return {
    job: jobId,
    disposition: SubmittedJob_Disposition[disposition] as "CREATED",
    state: stateName(state),
  };
}

function stateName(state: JobState) {
  return state === JobState.UNSPECIFIED
    ? ("" as const)
    : (JobState[state] as Exclude<keyof typeof JobState, "UNSPECIFIED">);
}

import { isSafelyRepeated, retrying, type SwitchyardClient, uuidV7 } from "@switchyard/client";
import { reasonOf } from "@switchyard/errors";
import {
  type Answer,
  cancelRequestOf,
  limitsRequestOf,
  type Request,
  resultsOf,
  submitRequestOf,
  submittedOf,
  type Timeless,
} from "@switchyard/history";
import { CancelMode, type SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { CallLog } from "../record/call-log.js";
import type { Journal } from "../record/journal.js";
import { type ParentJob, type RandomJob, randomJob, seatKeys, seatsOfKey } from "./random-job.js";

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
  const parents = (): ParentJob[] => recent.slice(-5);

  /** Notes a call, makes it, notes what became of it. Undefined: it failed. */
  const noted = async <T>(request: Request, make: () => Promise<T>, answerOf: (answer: T) => AnswerFacts) => {
    const call = journal.nextNumber();
    journal.note({ type: "call", call, client: `users of ${namespace}`, request });
    try {
      const answer = await make();
      journal.note({ type: "answer", call, ...answerOf(answer) });
      return answer;
    } catch (error) {
      // One of the client's tries may have been done before another one was refused.
      journal.note({ type: "failure", call, done: "unknown", reason: reasonOf(error) });
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
      const request = { namespace, limits: seatKeys.map((key) => ({ key, seats: seatsOfKey })) };
      const set = () => retrying(() => client.queues.setLimits(request));
      const answer = await noted(limitsRequestOf(request), set, () => ({}));
      if (answer === undefined) throw new Error(`the limits of ${namespace} were not set`);
    },
    async submitOne() {
      const job = randomJob(random, nextTag(), parents());
      // The client names its calls by itself; that they have a name is what counts.
      const request = submitRequestOf({ namespace, requestId: uuidV7(), items: [{ spec: job.spec }] });
      const submit = () => calls.time("submit", () => client.submit(namespace, job.spec));
      const answer = await noted(request, submit, (one) => ({ jobs: submittedOf([one]) }));
      if (answer !== undefined) acknowledge([answer], [job]);
    },
    async submitBatch(size) {
      const jobs = Array.from({ length: size }, (_, i) => randomJob(random, nextTag(), i === 0 ? parents() : [i - 1]));
      const requestId = uuidV7();
      const items = jobs.map(({ spec }) => ({ spec }));
      const submit = () =>
        calls.time("batch", () =>
          retrying(() => client.jobs.submitJobs({ namespace, requestId, items }), {
            ...{ giveUpAfterMs: 60_000, backoff: { maxMs: 1_000 }, retryable: isSafelyRepeated },
          }),
        );
      const request = submitRequestOf({ namespace, requestId, items });
      const answer = await noted(request, submit, (one) => ({ jobs: submittedOf(one.jobs) }));
      if (answer !== undefined) acknowledge(answer.jobs, jobs);
    },
    async cancelOne() {
      const job = random() < 0.7 ? (long.shift() ?? pickRecent()) : recent.at(-1);
      if (job === undefined) return;
      const mode = random() < 0.5 ? CancelMode.IMMEDIATE : CancelMode.CONFIRMED;
      const request = { namespace, jobIds: [job], mode };
      const cancel = () => calls.time("cancel", () => client.jobs.cancelJobs(request));
      await noted(cancelRequestOf(request), cancel, ({ results }) => ({ results: resultsOf(results) }));
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

type AnswerFacts = Omit<Timeless<Answer>, "type" | "call">;

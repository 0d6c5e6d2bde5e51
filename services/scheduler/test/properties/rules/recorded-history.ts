import {
  type Answer,
  cancelRequestOf,
  finalJobOf,
  finalLimitsOf,
  grantedOf,
  type History,
  limitsRequestOf,
  type Observation,
  outcomeOf,
  type Request,
  resultsOf,
  retryRequestOf,
  submitRequestOf,
  submittedOf,
  jobEventOf,
  type WriteContent,
  writtenOf,
} from "@switchyard/history";
import { catalogue } from "@switchyard/errors";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { Evidence } from "../model/evidence.js";
import type { RequestOf } from "../world/api.js";
import type { AnyCall, Call } from "../world/history.js";

type Report = NonNullable<RequestOf<"reportAttempts">["reports"]>[number];

/** What clients, runners and watchers of a sequence saw, as the checker of histories wants it. */
export function recordedHistory(evidence: Evidence, namespace: string): History {
  const notes = new Notes(evidence, namespace);
  for (const call of evidence.history.calls) notes.call(call);
  notes.events();
  const limits = evidence.history.of("listLimits").findLast(({ answer }) => answer !== undefined)?.answer?.limits;
  return {
    observations: notes.inOrder(),
    end: {
      namespaces: [namespace],
      healedForMs: 0,
      eventsComplete: true,
      jobs: [...evidence.jobs.values()].map(finalJobOf),
      ...(limits && { limits: finalLimitsOf(namespace, limits) }),
    },
    closed: true,
    // One clock for all; events keep its whole milliseconds.
    clockErrorMs: 1,
  };
}

/** An observation that wants its place among the others: by tick, then in the order of the notes. */
interface Note {
  readonly tick: number;
  readonly what: Observation;
}

class Notes {
  readonly #notes: Note[] = [];
  #number = 0;

  constructor(
    private readonly evidence: Evidence,
    private readonly namespace: string,
  ) {}

  inOrder(): Observation[] {
    return this.#notes.toSorted((a, b) => a.tick - b.tick).map(({ what }) => what);
  }

  call(call: AnyCall): void {
    switch (call.method) {
      case "submitJobs":
        this.#client(call, submitRequestOf(call.request), call.answer && { jobs: submittedOf(call.answer.jobs) });
        break;
      case "cancelJobs":
        this.#client(call, cancelRequestOf(call.request), call.answer && { results: resultsOf(call.answer.results) });
        break;
      case "retryJobs":
        this.#client(call, retryRequestOf(call.request), call.answer && { results: resultsOf(call.answer.results) });
        break;
      case "deleteJobs":
        this.#client(
          call,
          { op: "delete", namespace: this.namespace, jobs: call.request.jobIds ?? [] },
          call.answer && { results: resultsOf(call.answer.results) },
        );
        break;
      case "setLimits":
        this.#client(call, limitsRequestOf(call.request), call.answer && {});
        break;
      case "pauseQueue":
      case "resumeQueue": {
        const op = call.method === "pauseQueue" ? "pause" : "resume";
        this.#client(call, { op, namespace: this.namespace, queue: call.request.name ?? "" }, call.answer && {});
        break;
      }
      case "claimJobs": {
        const { runnerId = "" } = call.request;
        const request = { op: "claim", namespace: this.namespace, runner: runnerId } as const;
        this.#client(call, request, call.answer && {}, call.answer?.leases);
        break;
      }
      case "syncCapacity":
        this.#granted(call, call.answer?.leases ?? []);
        break;
      case "renewLeases":
        this.#renewals(call);
        break;
      case "reportAttempts":
        for (const [i, report] of (call.request.reports ?? []).entries()) this.#report(call, report, i);
        break;
      default:
    }
  }

  /** The follower's events as they came, and behind everything what somebody read who began anew. */
  events(): void {
    const { followed, followedAt, events, history } = this.evidence;
    this.#add(0, { type: "watch", at: 0, watcher: "follower", namespace: this.namespace, after: 0 });
    let at = 0;
    for (const [i, event] of followed.entries()) at = this.#event("follower", followedAt[i] ?? 0, at, event);
    const end = history.tick();
    this.#add(end, { type: "watch", at, watcher: "reader", namespace: this.namespace, after: 0 });
    for (const event of events) this.#event("reader", end, at, event);
  }

  #event(watcher: string, tick: number, at: number, message: JobEvent): number {
    const event = jobEventOf(message);
    if (!event) return at;
    const time = Math.max(at, event.time);
    this.#add(tick, { type: "event", at: time, watcher, namespace: this.namespace, event });
    return time;
  }

  #client(
    call: AnyCall,
    request: Request,
    answer: Pick<Answer, "jobs" | "results"> | undefined,
    leases: readonly Lease[] = [],
  ): void {
    const number = ++this.#number;
    const { begin, end, begunAt, endedAt, reason } = call;
    this.#add(begin, { type: "call", at: begunAt, call: number, client: "client", request });
    for (const lease of leases) this.#add(end, grantedOf(endedAt, lease, number));
    if (answer) this.#add(end, { type: "answer", at: endedAt, call: number, ...answer });
    else if (reason) {
      const done = catalogue[reason].retryable ? "unknown" : "no";
      this.#add(end, { type: "failure", at: endedAt, call: number, done, reason });
    }
  }

  #granted({ end, endedAt }: AnyCall, leases: readonly Lease[]): void {
    for (const lease of leases) this.#add(end, grantedOf(endedAt, lease));
  }

  #renewals(call: Call<"renewLeases">): void {
    for (const [i, { statuses, unnamed }] of (call.answer?.results ?? []).entries()) {
      const runner = call.request.renewals?.[i]?.runnerId ?? "";
      for (const status of statuses)
        this.#write(
          call,
          { runner, job: status.jobId, attempt: status.attempt, what: { sort: "renew" } },
          writtenOf(status),
        );
      this.#granted(call, unnamed);
    }
  }

  #report(call: Call<"reportAttempts">, { attempt, runnerId, report }: Report, index: number): void {
    const result = call.answer?.results[index];
    const what = contentOf(report);
    if (!attempt?.jobId || !what) return;
    const { jobId: job } = attempt;
    const runner = runnerId ?? (attempt.by?.case === "holder" ? String(attempt.by.value) : "");
    const written = result ? writtenOf(result) : ({ result: "unknown", reason: call.reason ?? "" } as const);
    for (const number of this.#attemptsMeant(job, attempt.by, result?.attempt))
      this.#write(call, { runner, job, attempt: number, what }, written);
  }

  /** The attempts that a report may have been about: who is named as a holder may, when the answer was lost, have held any of his. */
  #attemptsMeant(job: string, by: NonNullable<Report["attempt"]>["by"], told: number | undefined): readonly number[] {
    if (by?.case === "attempt") return [Number(by.value)];
    if (told !== undefined) return told > 0 ? [told] : [];
    return this.evidence.events
      .filter(({ type, jobId, runnerId }) => type === JobEventType.CLAIMED && jobId === job && runnerId === by?.value)
      .map(({ attempt }) => attempt);
  }

  #write(
    { begin, end, begunAt, endedAt }: AnyCall,
    write: { readonly runner: string; readonly job: string; readonly attempt: number; readonly what: WriteContent },
    written: ReturnType<typeof writtenOf>,
  ): void {
    const number = ++this.#number;
    this.#add(begin, { type: "write", at: begunAt, write: number, ...write });
    this.#add(end, { type: "written", at: endedAt, write: number, ...written });
  }

  #add(tick: number, what: Observation): void {
    this.#notes.push({ tick, what });
  }
}

function contentOf(report: Report["report"]): WriteContent | undefined {
  switch (report?.case) {
    case "start":
    case "progress":
      return { sort: report.case };
    case "outcome": {
      const { kind = 0, retryable = false } = report.value;
      return outcomeOf({ kind, retryable });
    }
    default:
      return undefined;
  }
}

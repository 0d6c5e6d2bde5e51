import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Clock, Timer } from "@switchyard/clock";
import { type Lease, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { inSpan } from "@switchyard/tracing";
import type { ArtifactSender } from "./artifact/artifact-sender.js";
import { endAttemptSpan, startAttemptSpan } from "./attempt-span.js";
import type { Attempt, AttemptListener } from "./attempt.js";
import { createJobContext, type JobHandler } from "./job-context.js";
import type { AttemptLog } from "./log/attempt-log.js";
import type { LazyLog } from "./log/lazy-log.js";
import type { LogSender } from "./log/log-sender.js";
import { type OutcomeInit, outcomeOfError, outcomeOfStop, outcomeOfValue } from "./outcome/to-outcome.js";
import type { ReportQueue } from "./report/report-queue.js";

/** What executing needs. */
export interface ExecuteDeps {
  readonly logs: LogSender;
  /** Takes the outcome; it says itself when that is settled. */
  readonly reports: ReportQueue;
  /** Stores files. */
  readonly artifacts: ArtifactSender;
  /** How long the outcome waits for the log, in milliseconds. */
  readonly logPatienceMs: number;
  readonly clock: Clock;
  /** Told when its handler has ended, whatever becomes of the outcome. */
  readonly onWorkEnded: (attempt: Attempt) => void;
  /** Hears of an attempt that is over and whose handler has ended: nothing of it will be reported. May be told more than once. */
  readonly onGone: (attempt: Attempt) => void;
}

const longestTimerMs = 2 ** 31 - 1;

/**
 * Executes an attempt until its outcome is queued: handler, then log, then outcome, which names the lengths of the log's streams,
 * so that a reader of the outcome knows that the lines are there. Once the attempt is over it only waits for the handler.
 *
 * A handler that returns without a promise and has logged nothing is reported in the same turn. Never throws.
 */
export function executeAttempt(deps: ExecuteDeps, attempt: Attempt, lease: Lease, handler: JobHandler): void {
  new AttemptRun(deps, attempt).begin(lease, handler);
}

/** One object for all that an attempt needs while it is executed: thousands live at a time, and each is copied by the garbage collector. */
class AttemptRun implements AttemptListener, LazyLog {
  readonly #deps: ExecuteDeps;
  readonly #attempt: Attempt;
  #log: AttemptLog | undefined;
  #limit: Timer | undefined;

  constructor(deps: ExecuteDeps, attempt: Attempt) {
    this.#deps = deps;
    this.#attempt = attempt;
    attempt.whenOver(this);
  }

  begin(lease: Lease, handler: JobHandler): void {
    let outcome: OutcomeInit | undefined;
    try {
      const context = createJobContext(lease, this.#attempt, this, this.#deps);
      const span = startAttemptSpan(this.#attempt, lease);
      const value = span === undefined ? handler(context) : inSpan(span, () => handler(context));
      if (isThenable(value)) this.#await(value, lease);
      else outcome = outcomeOfValue(value);
    } catch (error) {
      outcome = outcomeOfThrown(error);
    }
    if (outcome === undefined) return;
    // Only its log can keep the outcome from being ready now.
    if (this.#log !== undefined) this.#deps.reports.start(this.#attempt);
    this.#end(outcome);
  }

  attemptOver(): void {
    this.#log?.discard();
    if (this.#attempt.workEnded) this.#deps.onGone(this.#attempt);
  }

  get opened(): AttemptLog | undefined {
    return this.#log;
  }

  open(): AttemptLog {
    if (this.#log === undefined) {
      this.#log = this.#deps.logs.open(this.#attempt);
      if (this.#attempt.over) this.#log.discard();
    }
    return this.#log;
  }

  #await(value: PromiseLike<unknown>, lease: Lease): void {
    this.#limit = startTimeLimit(this.#deps.clock, this.#attempt, lease);
    this.#deps.reports.start(this.#attempt);
    Promise.resolve(value).then(
      (settled) => this.#end(outcomeOfReturned(settled)),
      (error: unknown) => this.#end(outcomeOfThrown(error)),
    );
  }

  #end(ended: OutcomeInit): void {
    this.#deps.clock.clearTimeout(this.#limit);
    const attempt = this.#attempt;
    attempt.workEnded = true;
    this.#deps.onWorkEnded(attempt);
    if (attempt.over) {
      endAttemptSpan(attempt, undefined);
      this.#deps.onGone(attempt);
      return;
    }
    const outcome = attempt.stopped === undefined ? ended : outcomeOfStop(attempt.stopped, ended);
    if (attempt.artifacts !== undefined && outcome.kind !== Outcome_Kind.RELEASED)
      outcome.artifacts = [...(outcome.artifacts ?? []), ...attempt.artifacts.values()];
    endAttemptSpan(attempt, outcome);
    if (this.#log === undefined) {
      outcome.wroteNothing = true;
      this.#deps.reports.outcome(attempt, outcome);
    } else void this.#reportAfter(this.#log, outcome);
  }

  async #reportAfter(log: AttemptLog, outcome: OutcomeInit): Promise<void> {
    const { reports, logPatienceMs } = this.#deps;
    const streams = await log.finish(logPatienceMs);
    if (this.#attempt.over) return;
    if (streams.length === 0) outcome.wroteNothing = true;
    else outcome.streams = streams;
    reports.outcome(this.#attempt, outcome);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  return typeof (value as { readonly then?: unknown }).then === "function";
}

function outcomeOfReturned(value: unknown): OutcomeInit {
  try {
    return outcomeOfValue(value);
  } catch (error) {
    return outcomeOfThrown(error);
  }
}

function outcomeOfThrown(error: unknown): OutcomeInit {
  try {
    return outcomeOfError(error);
  } catch (unsayable) {
    // The result of a failure that is no JSON.
    return outcomeOfError(unsayable);
  }
}

/** Stops the work at the execution limit by the local clock; the scheduler does so by its own, whatever happens here. */
function startTimeLimit(clock: Clock, attempt: Attempt, lease: Lease): Timer | undefined {
  const left = lease.executionTimeLeft;
  if (left === undefined) return undefined;
  const ms = durationMs(left);
  return ms > longestTimerMs ? undefined : clock.setTimeout(() => attempt.stop("TIME_LIMIT"), ms);
}

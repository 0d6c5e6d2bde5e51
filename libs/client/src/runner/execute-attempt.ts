import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Attempt } from "./attempt.js";
import { createJobContext, type JobHandler } from "./job-context.js";
import type { LogSender } from "./log/log-sender.js";
import { type OutcomeInit, outcomeOfError, outcomeOfStop, outcomeOfValue } from "./outcome/to-outcome.js";
import type { ReportQueue } from "./report/report-queue.js";

/** What executing needs. */
export interface ExecuteDeps {
  readonly logs: LogSender;
  readonly reports: ReportQueue;
  /** How long the outcome waits for the log, in milliseconds. */
  readonly logPatienceMs: number;
}

const longestTimerMs = 2 ** 31 - 1;

/**
 * Executes an attempt from its start to the acknowledgement of its outcome: handler, then log, then outcome, which names the
 * lengths of the log's streams, so that a reader of the outcome knows that the lines are there. Once the attempt is over it
 * only waits for the handler. Never rejects.
 */
export async function executeAttempt(deps: ExecuteDeps, attempt: Attempt, handler: JobHandler): Promise<void> {
  const log = deps.logs.open(attempt);
  attempt.whenOver(() => log.discard());
  const limit = startTimeLimit(attempt);
  deps.reports.start(attempt);
  const ended = await run(handler, attempt, log, deps.reports);
  clearTimeout(limit);
  const outcome = attempt.stopped === undefined ? ended : outcomeOfStop(attempt.stopped, ended);
  if (attempt.over) return;
  const streams = await log.finish(deps.logPatienceMs);
  if (attempt.over) return;
  await deps.reports.outcome(attempt, { ...outcome, ...(streams.length === 0 ? { wroteNothing: true } : { streams }) });
}

async function run(
  handler: JobHandler,
  attempt: Attempt,
  log: ReturnType<LogSender["open"]>,
  reports: ReportQueue,
): Promise<OutcomeInit> {
  try {
    return outcomeOfValue(await handler(createJobContext(attempt, log, reports)));
  } catch (error) {
    try {
      return outcomeOfError(error);
    } catch (unsayable) {
      // The result of a failure that is no JSON.
      return outcomeOfError(unsayable);
    }
  }
}

/** Stops the work at the execution limit by the local clock; the scheduler does so by its own, whatever happens here. */
function startTimeLimit(attempt: Attempt): NodeJS.Timeout | undefined {
  const left = attempt.lease.executionTimeLeft;
  if (left === undefined) return undefined;
  const ms = durationMs(left);
  return ms > longestTimerMs ? undefined : setTimeout(() => attempt.stop("TIME_LIMIT"), ms);
}

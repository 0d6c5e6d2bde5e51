import type { Client } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { ReportResult } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { withCallers } from "@switchyard/tracing";
import { createBackoff } from "../../retry/backoff.js";
import type { Attempt } from "../attempt.js";
import { createFlushLoop } from "../flush-loop.js";
import { type OutcomeInit, refusedOutcome } from "../outcome/to-outcome.js";
import { itemReason, mayPass, saysLost } from "../reasons.js";
import { type Isolated, Refused, sendIsolated } from "../send-isolated.js";
import type { ProgressInit } from "./report-init.js";
import type { ReportItem } from "./report-item.js";
import { createUnsentQueue, maxReports } from "./unsent-queue.js";
import { unsentOf } from "./unsent-reports.js";

/** Carries starts, progress and outcomes to the gateway. */
export interface ReportQueue {
  /** Says that the work has begun. Left out when the outcome is ready first, which implies it. */
  start(attempt: Attempt): void;
  /** States the progress; only the latest is sent. */
  progress(attempt: Attempt, progress: ProgressInit): void;
  /** States the end. Repeated until it is settled, which `onSettled` hears of; never in the caller's turn. */
  outcome(attempt: Attempt, outcome: OutcomeInit): void;
}

/** What a report queue needs. */
export interface ReportQueueDeps {
  readonly runners: Client<typeof RunnerService>;
  readonly namespace: string;
  readonly runnerId: () => string;
  /** Deadline of one try, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends all repeats. */
  readonly closed: AbortSignal;
  readonly clock: Clock;
  /** The attempt is not over, and its lease lasts. */
  readonly isHeld: (attempt: Attempt) => boolean;
  /** Hears of an attempt whose outcome was acknowledged or refused, or is not wanted any more. */
  readonly onSettled: (attempt: Attempt) => void;
  readonly onWarning: (message: string, attempt: Attempt) => void;
}

/**
 * Makes a queue that sends a call with whatever has gathered while the one before was on its way, the reports of an attempt in
 * their order. A second call goes beside the first only when as much waits as a call can carry: more small calls would cost
 * more and settle nothing sooner.
 */
export function createReportQueue(deps: ReportQueueDeps): ReportQueue {
  const queue = createUnsentQueue();
  const backoff = createBackoff({ clock: deps.clock });

  const refuse = ({ of: attempt, report }: ReportItem, reason: Reason, words: string) => {
    if (saysLost(reason)) {
      attempt.lose("LEASE_LOST");
      if (report.case === "outcome") deps.onSettled(attempt);
      return;
    }
    deps.onWarning(`${report.case ?? "report"} refused: ${reason}: ${words}`, attempt);
    if (report.case !== "outcome") return;
    const unsent = unsentOf(attempt);
    if (unsent.isFallback) return deps.onSettled(attempt);
    const { streams, wroteNothing = false } = report.value as OutcomeInit;
    unsent.outcome = {
      ...refusedOutcome(report.value as OutcomeInit, words),
      wroteNothing,
      ...(streams && { streams }),
    };
    unsent.isFallback = true;
    queue.add(attempt);
  };

  const isLive = ({ of: attempt }: ReportItem) => deps.isHeld(attempt);

  const send = async (reports: ReportItem[]) => {
    const request = { namespace: deps.namespace, runnerId: deps.runnerId(), reports };
    const call = () => deps.runners.reportAttempts(request, { timeoutMs: deps.timeoutMs, signal: deps.closed });
    return (await withCallers(reports, ({ of }) => of.span?.spanContext(), call)).results;
  };

  /** Takes in one answer; answers whether the report must be repeated after a while. */
  const settle = (item: ReportItem, answer: Isolated<ReportResult> | undefined): boolean => {
    // Without an answer: it was too short to hold one, or the attempt was lost meanwhile and nothing of it is reported any more.
    if (answer === undefined) {
      if (isLive(item)) return true;
      // Its lease may have ended before the watch has seen that. Whoever is handed it again must not take it for reported.
      item.of.lose("LEASE_LOST");
      if (item.report.case === "outcome") deps.onSettled(item.of);
      return false;
    }
    if (answer instanceof Refused) {
      refuse(item, reasonOf(answer.error), answer.error.message);
      return false;
    }
    const reason = itemReason(answer.reason);
    if (reason !== undefined) {
      if (mayPass(reason)) return true;
      refuse(item, reason, answer.message);
    } else if (item.report.case === "outcome") deps.onSettled(item.of);
    return false;
  };

  /** Takes in the answers of a call; answers whether something of it must be repeated after a while. */
  const settleAll = (items: readonly ReportItem[], answers: readonly (Isolated<ReportResult> | undefined)[]) => {
    const again: Attempt[] = [];
    for (const [i, item] of items.entries()) {
      const { of: attempt } = item;
      const unsent = unsentOf(attempt);
      unsent.isSending = false;
      if (!settle(item, answers[i])) continue;
      unsent.takeBack(item);
      if (again.at(-1) !== attempt) again.push(attempt);
    }
    if (again.length > 0) queue.addFirst(again);
    return again.length > 0;
  };

  const flush = async (): Promise<boolean> => {
    const items = queue.take();
    if (items.length === 0) return false;
    try {
      const again = settleAll(items, await sendIsolated(items, send, isLive, deps.closed, deps.clock));
      if (again) await backoff.wait(deps.closed);
      else backoff.reset();
      return true;
    } catch {
      // Closed. Nobody waits for these any more.
      for (const { of: attempt, report } of items) {
        unsentOf(attempt).isSending = false;
        if (report.case === "outcome") deps.onSettled(attempt);
      }
      for (const attempt of queue.clear()) if (unsentOf(attempt).outcome !== undefined) deps.onSettled(attempt);
      return false;
    }
  };

  const first = createFlushLoop(flush);
  const second = createFlushLoop(async () => {
    const hasSent = queue.size >= maxReports && (await flush());
    // Reports that this call held back wait for nobody else.
    if (hasSent) first.kick();
    return hasSent;
  });
  const kick = () => {
    first.kick();
    if (queue.size >= maxReports) second.kick();
  };

  let begun: Attempt[] = [];
  const sendStarts = () => {
    const due = begun;
    begun = [];
    for (const attempt of due) if (unsentOf(attempt).start) queue.add(attempt);
    kick();
  };

  return {
    start(attempt) {
      const unsent = unsentOf(attempt);
      if (unsent.start) return;
      unsent.start = true;
      // A turn later: work that is done by then needs no start of its own.
      if (begun.length === 0) deps.clock.setImmediate(sendStarts);
      begun.push(attempt);
    },
    progress(attempt, progress) {
      const unsent = unsentOf(attempt);
      unsent.progress = progress;
      queue.add(attempt);
      kick();
    },
    outcome(attempt, init) {
      const unsent = unsentOf(attempt);
      unsent.start = false;
      unsent.outcome = init;
      queue.add(attempt);
      kick();
    },
  };
}

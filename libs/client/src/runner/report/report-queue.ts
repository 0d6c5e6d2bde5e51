import type { Client } from "@connectrpc/connect";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { AttemptProgress_Mode } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { createBackoff } from "../../retry/backoff.js";
import type { Attempt } from "../attempt.js";
import { createFlushLoop } from "../flush-loop.js";
import { type OutcomeInit, refusedOutcome } from "../outcome/to-outcome.js";
import { itemReason, mayPass, saysLost } from "../reasons.js";
import { sendIsolated } from "../send-isolated.js";
import { estimateReportBytes } from "./report-bytes.js";
import type { ProgressInit, ReportInit } from "./report-init.js";

/** Carries starts, progress and outcomes to the gateway. */
export interface ReportQueue {
  /** Says that the work has begun. Left out when the outcome is ready first, which implies it. */
  start(attempt: Attempt): void;
  /** States the progress; only the latest is sent. */
  progress(attempt: Attempt, progress: ProgressInit): void;
  /** Settles when the outcome is acknowledged or refused, or when the attempt is lost. Repeated until then. */
  outcome(attempt: Attempt, outcome: OutcomeInit): Promise<void>;
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
  readonly now: () => number;
  readonly onWarning: (message: string, attempt: Attempt) => void;
}

interface Pending {
  readonly attempt: Attempt;
  start: boolean;
  progress: ProgressInit | undefined;
  outcome: { readonly init: OutcomeInit; readonly settle: () => void; readonly isFallback: boolean } | undefined;
}

interface Item {
  readonly attempt: Attempt;
  readonly report: ReportInit;
  readonly pending: Pending;
}

const maxReports = 1_000;
const maxBytes = 1024 * 1024;

/** Makes a queue that sends one call at a time, each with whatever has gathered, those of an attempt in their order. */
export function createReportQueue(deps: ReportQueueDeps): ReportQueue {
  let queued = new Map<string, Pending>();
  const backoff = createBackoff();

  const pendingOf = (attempt: Attempt): Pending => {
    const known = queued.get(attempt.key);
    if (known !== undefined) return known;
    const pending: Pending = { attempt, start: false, progress: undefined, outcome: undefined };
    queued.set(attempt.key, pending);
    return pending;
  };

  /** Takes from the front what fits in a call. */
  const take = (): Item[] => {
    const items: Item[] = [];
    let bytes = 0;
    for (const [key, pending] of queued) {
      const reports = reportsOf(pending);
      const size = reports.reduce((sum, report) => sum + estimateReportBytes(report), 0);
      if (items.length > 0 && (items.length + reports.length > maxReports || bytes + size > maxBytes)) break;
      queued.delete(key);
      bytes += size;
      for (const report of reports) items.push({ attempt: pending.attempt, report, pending });
    }
    return items;
  };

  /** Puts a report back, in front of those that came meanwhile; what is newer stays. */
  const putBack = ({ attempt, pending, report }: Item) => {
    const later = queued.get(attempt.key);
    const again: Pending = later ?? { attempt, start: false, progress: undefined, outcome: undefined };
    if (report.report.case === "start") again.start = true;
    if (report.report.case === "progress") again.progress ??= pending.progress;
    if (report.report.case === "outcome") again.outcome ??= pending.outcome;
    if (later === undefined) queued = new Map([[attempt.key, again], ...queued]);
  };

  const refuse = (item: Item, reason: Reason, words: string) => {
    const { attempt, pending, report } = item;
    if (saysLost(reason)) {
      attempt.lose("LEASE_LOST");
      if (report.report.case === "outcome") pending.outcome?.settle();
      return;
    }
    deps.onWarning(`${report.report.case ?? "report"} refused: ${reason}: ${words}`, attempt);
    if (report.report.case !== "outcome" || pending.outcome === undefined) return;
    if (pending.outcome.isFallback) return pending.outcome.settle();
    const { streams, wroteNothing = false } = pending.outcome.init;
    const init = { ...refusedOutcome(pending.outcome.init, words), wroteNothing, ...(streams && { streams }) };
    pendingOf(attempt).outcome = { init, settle: pending.outcome.settle, isFallback: true };
  };

  const isLive = (item: Item) => !item.attempt.over && item.attempt.expiresAt > deps.now();

  const flush = async (): Promise<boolean> => {
    const items = take();
    if (items.length === 0) return false;
    const send = async (live: readonly Item[]) => {
      const reports = live.map(({ report }) => report);
      const request = { namespace: deps.namespace, runnerId: deps.runnerId(), reports };
      return (await deps.runners.reportAttempts(request, { timeoutMs: deps.timeoutMs, signal: deps.closed })).results;
    };
    try {
      const answers = await sendIsolated(items, send, isLive, deps.closed);
      let again = false;
      for (const item of items) {
        const answer = answers.get(item);
        if (answer === undefined && isLive(item)) {
          // The answer was too short to hold one for it.
          putBack(item);
          again = true;
        } else if (answer === undefined) {
          // Lost meanwhile: nothing of it is reported any more.
          if (item.report.report.case === "outcome") item.pending.outcome?.settle();
        } else if ("refusal" in answer) {
          refuse(item, reasonOf(answer.refusal), answer.refusal.message);
        } else {
          const reason = itemReason(answer.result.reason);
          if (reason === undefined) {
            if (item.report.report.case === "outcome") item.pending.outcome?.settle();
          } else if (mayPass(reason)) {
            putBack(item);
            again = true;
          } else refuse(item, reason, answer.result.message);
        }
      }
      if (again) await backoff.wait(deps.closed);
      else backoff.reset();
      return true;
    } catch {
      // Closed. Nobody waits for these any more.
      for (const { pending } of [...items, ...[...queued.values()].map((pending) => ({ pending }))]) {
        pending.outcome?.settle();
      }
      queued.clear();
      return false;
    }
  };

  const loop = createFlushLoop(flush);
  let isKickDue = false;
  return {
    start(attempt) {
      pendingOf(attempt).start = true;
      // A turn later: work that is done by then needs no start of its own.
      if (isKickDue) return;
      isKickDue = true;
      setImmediate(() => {
        isKickDue = false;
        loop.kick();
      });
    },
    progress(attempt, progress) {
      pendingOf(attempt).progress = progress;
      loop.kick();
    },
    outcome: (attempt, init) =>
      new Promise((settle) => {
        const pending = pendingOf(attempt);
        // A lost attempt need not wait for a call that is being repeated.
        attempt.whenOver(settle);
        pending.start = false;
        pending.outcome = { init, settle, isFallback: false };
        loop.kick();
      }),
  };
}

function reportsOf({ attempt: { ref: attempt }, start, progress, outcome }: Pending): ReportInit[] {
  const made: ReportInit[] = [];
  if (start) made.push({ attempt, report: { case: "start", value: {} } });
  if (progress) {
    made.push({ attempt, report: { case: "progress", value: { progress, mode: AttemptProgress_Mode.REPLACE } } });
  }
  if (outcome) made.push({ attempt, report: { case: "outcome", value: outcome.init } });
  return made;
}

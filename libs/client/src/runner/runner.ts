import { durationMs } from "@bufbuild/protobuf/wkt";
import { systemClock } from "@switchyard/clock";
import { fromConnectError, SwitchyardError } from "@switchyard/errors";
import type { SyncRunnerResponse } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { createNotifier } from "../notifier.js";
import { createArtifactSender } from "./artifact/artifact-sender.js";
import type { Attempt } from "./attempt.js";
import { connectRunner } from "./connect-runner.js";
import { executeAttempt } from "./execute-attempt.js";
import { handlerFor } from "./handlers.js";
import type { JobHandler } from "./job-context.js";
import type { LeaseKeeper } from "./keeper/lease-keeper.js";
import { createLeaseTable } from "./lease-table.js";
import { createLeaseWatch } from "./lease-watch.js";
import { createLogSender } from "./log/log-sender.js";
import { JobFailure, JobRelease } from "./outcome/job-end.js";
import { releaseOutcome } from "./outcome/to-outcome.js";
import { type RegisteredIdentity, registerRunner } from "./register.js";
import { createReportQueue } from "./report/report-queue.js";
import type { RunnerOptions } from "./runner-options.js";
import { startSyncSession, type SyncSession } from "./sync/sync-session.js";
import { type Granted, takeAnswer } from "./take-answer.js";

/** `draining`: finishes what it has. `failed`: the gateway refuses it for good; `ended` says why. */
export type RunnerState = "idle" | "starting" | "running" | "draining" | "stopped" | "failed";

/** A runner inside this process. */
export interface Runner {
  readonly state: RunnerState;
  /** The id, once it is registered. */
  readonly id: string | undefined;
  /** Attempts that occupy a slot. */
  readonly activeCount: number;
  /** Registers and begins to ask for work; settles when registered. A second call does nothing. */
  start(): Promise<void>;
  /**
   * Takes nothing new, waits for what runs, asks what still runs after `drainMs` (default 30,000) to stop and gives it back,
   * signs off, and settles when all of that is done. A handler that does not heed its signal is waited for a little longer
   * than the grace of its job; then its lease is left to run out.
   */
  stop(drainMs?: number): Promise<void>;
  /** Settles when the runner has ended, be it by `stop` or by an operator's drain; rejects when it failed. */
  readonly ended: Promise<void>;
}

/** What a handler that ignores its signal gets on top of its job's grace, in milliseconds. */
const settleMarginMs = 10_000;
const defaultGraceMs = 5_000;

/** Makes a runner: it keeps leases, starts handlers, and reports what becomes of them. It does nothing before `start`. */
export function createRunner(options: RunnerOptions): Runner {
  const { namespace, slots = 1, timeoutMs = 15_000, logPatienceMs = 300_000, maxHoldMs = 20_000 } = options;
  const { clock = systemClock } = options;
  const now = clock.monotonicMs;
  const connection = connectRunner(options, { timeoutMs, clock });
  const { runners } = connection;
  const kinds = options.kinds ?? ("handlers" in options ? Object.keys(options.handlers) : []);
  if (kinds.length === 0) throw new SwitchyardError("INVALID_ARGUMENT", "a runner needs kinds", { field: "kinds" });
  const identity: RegisteredIdentity = { ...options, kinds };

  const closed = new AbortController();
  const changed = createNotifier();
  const table = createLeaseTable(now);
  const unconfirmed = new Set<Granted>();
  let state: RunnerState = "idle";
  let runnerId: string | undefined;
  let session: SyncSession | undefined;
  let keeper: LeaseKeeper | undefined;
  let operatorDrains = false;
  let stopping: Promise<void> | undefined;
  let starting: Promise<void> | undefined;
  let reregistering: Promise<void> | undefined;
  let settleEnded: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  const ended = new Promise<void>((resolve, reject) => {
    settleEnded = { resolve, reject };
  });
  ended.catch(() => undefined);

  const warn = (message: string, facts: Readonly<Record<string, unknown>>) => options.onWarning?.(message, facts);
  const warnOfAttempt = (message: string, { jobId, number }: Attempt) => warn(message, { jobId, attempt: number });
  const isHeld = (attempt: Attempt): boolean => {
    if (attempt.expiresAt <= now()) keeper?.catchUp();
    return !attempt.over && attempt.expiresAt > now();
  };
  const calls = { runners, namespace, runnerId: () => runnerId ?? "", timeoutMs, closed: closed.signal, clock, isHeld };
  const reports = createReportQueue({ ...calls, onSettled: free, onWarning: warnOfAttempt });
  const logs = createLogSender({ ...calls, onWarning: warnOfAttempt });
  const expired = (attempt: Attempt) => {
    warnOfAttempt("no answer renewed the lease in time", attempt);
    attempt.lose("LEASE_LOST");
  };
  const watch = createLeaseWatch(clock, table, expired, () => keeper?.catchUp());

  const handlerOf = (kind: string): JobHandler =>
    "execute" in options ? options.execute : (handlerFor(options.handlers, kind) ?? missingHandler);
  const execution = {
    ...{ logs, reports, artifacts: createArtifactSender(calls), logPatienceMs, clock, onGone: free },
    onWorkEnded: (attempt: Attempt) => keeper?.workEnded(attempt),
  };
  /** Frees the slot of an attempt of which nothing is left to do; one that has none is passed over. */
  function free(attempt: Attempt): void {
    if (!table.remove(attempt)) return;
    changed.notify();
    if (operatorDrains && table.size === 0) void stop(0);
    else session?.slotFreed();
  }
  const giveBack = (attempt: Attempt, why: string) => {
    attempt.whenOver({ attemptOver: () => free(attempt) });
    reports.outcome(attempt, releaseOutcome(new JobRelease(why)));
  };
  const begin = ({ attempt, lease }: Granted) => {
    watch.add(attempt);
    if (stopping === undefined) executeAttempt(execution, attempt, lease, handlerOf(lease.kind));
    else giveBack(attempt, "the runner is ending");
  };

  /** Begins an attempt; false: its lease, shorter than the call was held, may be over by now, and an answer must renew it first. */
  const confirm = (granted: Granted): boolean => {
    const { attempt } = granted;
    if (attempt.over) free(attempt);
    else if (attempt.expiresAt <= now()) return false;
    else begin(granted);
    return true;
  };

  const received = (response: SyncRunnerResponse, sentAt: number, named: readonly Attempt[]): boolean => {
    const { taken, regranted, news } = takeAnswer(table, response, sentAt, named);
    for (const attempt of regranted) giveBack(attempt, "the runner was cut off and had stopped the work");
    for (const { attempt } of taken) table.add(attempt);
    keeper?.taken(taken.map(({ attempt }) => attempt));
    for (const granted of unconfirmed) if (confirm(granted)) unconfirmed.delete(granted);
    for (const granted of taken) if (!confirm(granted)) unconfirmed.add(granted);
    for (const { attempt } of taken) session?.attemptAdded(attempt);
    if (response.drain !== operatorDrains) {
      operatorDrains = response.drain;
      if (stopping === undefined) state = operatorDrains ? "draining" : "running";
      if (operatorDrains && table.size === 0) void stop(0);
      else session?.modeChanged();
    }
    return news;
  };

  const register = async () => {
    runnerId = await registerRunner(runners, identity, runnerId, { timeoutMs, signal: closed.signal, clock });
  };
  const disconnect = () => {
    void keeper?.stop();
    connection.close();
  };
  const fail = (error: SwitchyardError) => {
    if (state === "stopped" || state === "failed") return;
    state = "failed";
    warn("the runner cannot go on", { reason: error.reason, error: error.message });
    for (const attempt of table) attempt.lose("LEASE_LOST");
    watch.stop();
    void session?.stop();
    closed.abort(error);
    disconnect();
    settleEnded?.reject(error);
  };

  const open = async () => {
    state = "starting";
    const onFailed = (error: Error) => warn("the thread that keeps leases has failed", { error: error.message });
    keeper = connection.startKeeper({ table, runnerId: () => runnerId ?? "", onFailed });
    try {
      await register();
    } catch (error) {
      if (stopping === undefined) fail(fromConnectError(error));
      throw error;
    }
    // The first handler may block at once.
    await keeper?.ready;
    if (stopping !== undefined) return;
    state = "running";
    session = startSyncSession({
      ...calls,
      slots,
      maxHoldMs: Math.min(20_000, maxHoldMs),
      attempts: () => table,
      accepting: () => stopping === undefined && !operatorDrains,
      received,
      reregister: () => (reregistering ??= register().finally(() => (reregistering = undefined))),
      fatal: fail,
      onWarning: (message, error) => warn(message, { reason: error.reason, error: error.message }),
    });
  };

  const emptied = async (withinMs: number): Promise<void> => {
    let late = false;
    const timer = clock.setTimeout(() => {
      late = true;
      changed.notify();
    }, withinMs);
    while (table.size > 0 && !late) await changed.changed();
    clock.clearTimeout(timer);
  };
  const close = async (drainMs: number) => {
    if (state === "failed") return emptied(settleMarginMs);
    const wasOpen = session !== undefined;
    state = "draining";
    if (starting !== undefined && !wasOpen) closed.abort(new SwitchyardError("CANCELLED", "the runner was stopped"));
    session?.modeChanged();
    await emptied(drainMs);
    for (const attempt of table) attempt.stop("DRAIN");
    const graces = Array.from(table, ({ stopGrace }) => (stopGrace ? durationMs(stopGrace) : defaultGraceMs));
    await emptied(Math.max(0, ...graces) + settleMarginMs);
    await session?.stop();
    // Whatever still runs here must not be handed to somebody else before its lease has ended.
    if (wasOpen && table.size === 0) await session?.signOff(2_000).catch(() => undefined);
    watch.stop();
    closed.abort(new SwitchyardError("CANCELLED", "the runner was stopped"));
    disconnect();
    state = "stopped";
    settleEnded?.resolve();
  };
  function stop(drainMs = 30_000): Promise<void> {
    stopping ??= close(drainMs);
    return stopping;
  }

  return {
    get state() {
      return state;
    },
    get id() {
      return runnerId;
    },
    get activeCount() {
      return table.size;
    },
    start: () => (starting ??= open()),
    stop,
    ended,
  };
}

const missingHandler: JobHandler = ({ lease }) => {
  throw new JobFailure(`this runner has no handler for ${lease.kind}`, { retryable: true });
};

import type { Client } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { AppendResult, RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { withCallers } from "@switchyard/tracing";
import { createBackoff } from "../../retry/backoff.js";
import type { Attempt } from "../attempt.js";
import { createFlushLoop } from "../flush-loop.js";
import { itemReason, mayPass, saysLost } from "../reasons.js";
import { type Isolated, Refused, sendIsolated } from "../send-isolated.js";
import { type AttemptLog, createAttemptLog } from "./attempt-log.js";
import type { StreamAppendInit, StreamBuffer } from "./stream-buffer.js";

/** Sends what the logs of a runner's attempts gather. */
export interface LogSender {
  /** Opens the log of an attempt that begins. */
  open(attempt: Attempt): AttemptLog;
}

/** What a log sender needs. */
export interface LogSenderDeps {
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
  readonly onWarning: (message: string, attempt: Attempt) => void;
}

interface Item {
  readonly log: AttemptLog;
  readonly stream: StreamBuffer;
  readonly taken: StreamAppendInit;
}

const maxAppends = 100;
const maxBytes = 1024 * 1024;

/**
 * Makes a sender with one call in flight, so the order of every stream is kept without a thought: each call carries one append of
 * each stream that has something, and an unanswered call is repeated as it was. The expected sequence number makes the repeat
 * of what is already there add nothing.
 */
export function createLogSender(deps: LogSenderDeps): LogSender {
  let waiting = new Set<AttemptLog>();
  const backoff = createBackoff({ clock: deps.clock });

  const take = (): Item[] => {
    const items: Item[] = [];
    let bytes = 0;
    const passedOver = new Set<AttemptLog>();
    for (const log of waiting) {
      if (items.length >= maxAppends || bytes >= maxBytes) {
        passedOver.add(log);
        continue;
      }
      for (const stream of log.streams) {
        if (items.length >= maxAppends || bytes >= maxBytes) break;
        const taken = stream.take();
        if (taken === undefined) continue;
        items.push({ log, stream, taken });
        bytes += taken.bytes;
      }
    }
    // Those that had no turn come first next time.
    waiting = new Set([...passedOver, ...items.map(({ log }) => log)]);
    return items;
  };

  const refuse = ({ log, stream }: Item, reason: Reason, words: string) => {
    if (saysLost(reason)) {
      log.attempt.lose("LEASE_LOST");
      log.discard();
    } else if (reason === "LOG_SEALED" || reason === "LOG_LIMIT_REACHED") {
      stream.discard();
      deps.onWarning(`log stream ${stream.name} takes no more: ${reason}`, log.attempt);
    } else if (reason !== "SEQUENCE_MISMATCH" || !stream.allowGap()) {
      stream.drop(words || reason);
      deps.onWarning(`log entries of ${stream.name} refused: ${reason}: ${words}`, log.attempt);
    }
  };

  /** Takes in one answer; answers whether the append must be repeated after a while. */
  const settle = (item: Item, answer: Isolated<AppendResult> | undefined): boolean => {
    const { log, stream } = item;
    if (answer === undefined) {
      if (isLive(item)) return true;
      log.discard();
      return false;
    }
    if (answer instanceof Refused) {
      refuse(item, reasonOf(answer.error), answer.error.message);
      return false;
    }
    const reason = itemReason(answer.reason);
    if (answer.cancelRequested) log.attempt.stop("CANCEL_REQUESTED");
    if (reason === undefined) stream.acknowledge(answer.nextSequence);
    else if (mayPass(reason)) return true;
    else refuse(item, reason, answer.message);
    return false;
  };

  const isLive = ({ log }: Item) => deps.isHeld(log.attempt);

  const send = async (items: readonly Item[]) => {
    const appends = items.map(({ log, taken }) => ({ attempt: log.attempt.ref, append: taken.append }));
    const request = { namespace: deps.namespace, runnerId: deps.runnerId(), appends };
    const call = () => deps.runners.appendLog(request, { timeoutMs: deps.timeoutMs, signal: deps.closed });
    return (await withCallers(items, ({ log }) => log.attempt.span?.spanContext(), call)).results;
  };

  const flush = async (): Promise<boolean> => {
    const items = take();
    if (items.length === 0) return false;
    try {
      const answers = await sendIsolated(items, send, isLive, deps.closed, deps.clock);
      let again = false;
      for (const [i, item] of items.entries()) {
        again = settle(item, answers[i]) || again;
        item.log.moved();
      }
      for (const log of [...waiting]) if (!log.pending) waiting.delete(log);
      if (again) await backoff.wait(deps.closed);
      else backoff.reset();
      return true;
    } catch {
      // Closed. What is left has nobody who could take it.
      for (const log of [...waiting, ...items.map(({ log }) => log)]) log.discard();
      waiting.clear();
      return false;
    }
  };

  const loop = createFlushLoop(flush);
  return {
    open: (attempt) =>
      createAttemptLog(deps.clock, attempt, (log) => {
        waiting.add(log);
        loop.kick();
      }),
  };
}

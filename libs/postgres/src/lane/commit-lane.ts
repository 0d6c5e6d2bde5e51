import { systemClock } from "@switchyard/clock";
import { type Caller, inChildSpan, presentSpan, withCallers } from "@switchyard/tracing";
import { laneFull, laneUnavailable, outcomeOf, type WriteOutcome } from "./lane-errors.js";
import type { CommitLaneOptions, GroupCommitLane, LaneConnection, LaneState } from "./lane-types.js";

interface Entry<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly caller: Caller;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Creates a lane over whatever it connects to: one connection on which the writes of many callers share commits.
 *
 * A flush takes whatever has gathered since the last one returned; an idle lane flushes at the end of the current turn of the event
 * loop, so that everything that arrived in one read of a socket goes together. There is no timer: waiting for more
 * would add latency and, with commits as short as they are, no throughput.
 *
 * A flush is one span below that of its first caller, with links to those of the others.
 *
 * The lane is crash-only. When a write fails or its outcome is unknown (connection lost, no answer in time), every item under way or
 * waiting is rejected, `onFailure` is called once and the lane is `dead`: nothing may be written on top of a state that nobody knows.
 * The owner re-reads what the tables hold and calls `start()`.
 */
export function createCommitLane<Item, Result, Connection>(
  options: CommitLaneOptions<Item, Result, Connection>,
): GroupCommitLane<Item, Result> {
  const { name, maxItems = 1_000, maxBytes = 4 * 1024 * 1024, maxPending = Number.POSITIVE_INFINITY } = options;
  const { sizeOf = () => 0, flushTimeoutMs = 10_000, clock = systemClock } = options;

  let state: LaneState = "stopped";
  let connection: LaneConnection<Connection> | undefined;
  let waiting: Entry<Item, Result>[] = [];
  let flushing: readonly Entry<Item, Result>[] = [];
  let scheduled = false;
  let onDrained: (() => void) | undefined;
  // Starts and stops run one after the other, in the order of the calls.
  let lifecycle: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (scheduled || flushing.length > 0 || waiting.length === 0 || !connection) return;
    scheduled = true;
    clock.setImmediate(() => {
      scheduled = false;
      if (connection && flushing.length === 0 && waiting.length > 0) void flushNext(connection);
    });
  }

  function takeBatch(): { batch: readonly Entry<Item, Result>[]; bytes: number } {
    let count = 0;
    let bytes = 0;
    for (const entry of waiting) {
      if (count === maxItems || (count > 0 && bytes + entry.bytes > maxBytes)) break;
      count++;
      bytes += entry.bytes;
    }
    return { batch: waiting.splice(0, count), bytes };
  }

  async function flushNext(on: LaneConnection<Connection>): Promise<void> {
    const { batch, bytes } = takeBatch();
    flushing = batch;
    const startedAt = clock.monotonicMs();
    const watchdog = clock.setTimeout(
      () => die(on, new Error(`no answer to a flush of lane ${name} within ${flushTimeoutMs} ms`)),
      flushTimeoutMs,
    );
    try {
      const results = await traced(batch, () => write(on.client, batch));
      if (connection !== on) return; // died meanwhile; the items have their answer
      flushing = [];
      for (let i = 0; i < batch.length; i++) batch[i]?.resolve(results[i] as Result);
      options.onFlush?.({ items: batch.length, bytes, durationMs: clock.monotonicMs() - startedAt });
    } catch (error) {
      if (connection !== on) return;
      if (options.refusal !== "reject" || outcomeOf(error) === "unknown") return die(on, error);
      flushing = [];
      for (const entry of batch) entry.reject(error);
    } finally {
      clock.clearTimeout(watchdog);
    }
    if (waiting.length > 0) schedule();
    else onDrained?.();
  }

  function traced<T>(batch: readonly Entry<Item, Result>[], work: () => Promise<T>): Promise<T> {
    const attributes = { "db.system.name": "postgresql", "db.operation.batch.size": batch.length };
    const inSpan = () => inChildSpan(() => ({ name: `flush ${name}`, attributes }), work);
    return withCallers(batch, ({ caller }) => caller, inSpan);
  }

  async function write(client: Connection, batch: readonly Entry<Item, Result>[]): Promise<readonly Result[]> {
    const items = batch.map((entry) => entry.item);
    const results = await options.flush(client, items);
    if (results.length !== items.length) {
      throw new Error(`flush of lane ${name} returned ${results.length} results for ${items.length} items`);
    }
    return results;
  }

  /** Ends a term: every item gets its answer now, whatever the connection may still say. */
  function die(on: LaneConnection<Connection>, cause: unknown): void {
    if (connection !== on) return;
    connection = undefined;
    state = "dead";
    on.destroy();
    const outcome = outcomeOf(cause);
    options.log?.error({ err: cause, lane: name, outcome, items: flushing.length + waiting.length }, "lane died");
    rejectAll(flushing, outcome, cause);
    rejectAll(waiting, "not_written", cause);
    flushing = [];
    waiting = [];
    onDrained?.();
    options.onFailure?.(laneUnavailable(name, outcome, cause));
  }

  function rejectAll(entries: readonly Entry<Item, Result>[], outcome: WriteOutcome, cause: unknown): void {
    for (const entry of entries) entry.reject(laneUnavailable(name, outcome, cause));
  }

  async function start(): Promise<void> {
    if (connection) return;
    try {
      const opened = await options.connect();
      connection = opened;
      state = "ready";
      opened.whenLost((error) => die(opened, error));
    } catch (error) {
      throw laneUnavailable(name, "not_written", error);
    }
  }

  async function stop(): Promise<void> {
    state = "stopped";
    if (flushing.length > 0 || waiting.length > 0) {
      await new Promise<void>((resolve) => {
        onDrained = resolve;
      });
      onDrained = undefined;
    }
    const closing = connection;
    connection = undefined;
    state = "stopped";
    await closing?.close();
  }

  function inOrder(step: () => Promise<void>): Promise<void> {
    const done = lifecycle.then(step);
    lifecycle = done.catch(() => undefined);
    return done;
  }

  return {
    start: () => inOrder(start),
    stop: () => {
      // Refuse at once, even while a start is still under way.
      if (state === "ready") state = "stopped";
      return inOrder(stop);
    },
    push: (item) => {
      if (state !== "ready") return Promise.reject(laneUnavailable(name, "not_written"));
      if (flushing.length + waiting.length >= maxPending) return Promise.reject(laneFull(name, maxPending));
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ item, bytes: sizeOf(item), caller: presentSpan(), resolve, reject });
        schedule();
      });
    },
    get pending() {
      return flushing.length + waiting.length;
    },
    get state() {
      return state;
    },
  };
}

import { SwitchyardError } from "@switchyard/errors";
import { readEvents } from "../../store/read-events.js";
import type { EventRow } from "../../store/event-row.js";
import type { Namespace } from "../core/namespace.js";
import type { JobShape } from "../core/model.js";
import type { SequencedEvent } from "../shard/event-feed.js";
import type { ShardTerm } from "../shard/shard-term.js";

/** Events that may wait for a slow reader. Beyond that the watch ends, and the reader resumes from its last number. */
const maxBuffered = 20_000;

/** Events in order, and the number up to which the watcher has now seen everything. */
export interface EventBatch {
  readonly events: readonly SequencedEvent[];
  readonly upTo: number;
}

/** The events of a namespace from a number on. */
export interface EventWatch {
  /** Everything up to this number was published when the watch began. */
  readonly startedAt: number;
  /** Batches in order, without gap or repeat; ends when the signal aborts or `stop` is called. */
  readonly batches: AsyncIterable<EventBatch>;
  stop(): void;
}

/**
 * Watches a namespace: what was published before comes from the table, the rest from memory. The subscription begins first, so nothing
 * falls between the two. `after` undefined: only what comes.
 */
export function watchEvents(
  term: ShardTerm,
  space: Namespace,
  after: number | undefined,
  signal: AbortSignal,
): EventWatch {
  const startedAt = term.feed.published;
  const buffer: SequencedEvent[] = [];
  let failure: SwitchyardError | undefined;
  let stopped = false;
  let wake: (() => void) | undefined;
  const changed = () => {
    wake?.();
    wake = undefined;
  };
  const unsubscribe = term.feed.subscribe((events) => {
    for (const event of events) if (event.event.space === space) buffer.push(event);
    if (buffer.length > maxBuffered) {
      failure = new SwitchyardError(
        "QUOTA_EXCEEDED",
        "the watcher is too slow; resume behind the last sequence that it saw",
        {},
      );
    }
    changed();
  });
  const unwatch = term.whenLost(() => {
    failure = new SwitchyardError(
      "SHARD_LOST",
      "the shard changes hands; resume behind the last sequence",
      {},
      { retryAfterMs: 100 },
    );
    changed();
  });
  const stop = () => {
    stopped = true;
    unsubscribe();
    unwatch();
    signal.removeEventListener("abort", changed);
    changed();
  };
  signal.addEventListener("abort", changed);

  async function* batches(): AsyncGenerator<EventBatch> {
    try {
      if (after !== undefined && after < startedAt) {
        for await (const rows of readEvents(term.pool, term.term.shard, after, startedAt)) {
          const events = rows.filter(({ ns }) => ns === space.id).map((row) => fromRow(space, row));
          if (events.length > 0) yield { events, upTo: rows.at(-1)?.sequence ?? 0 };
        }
        yield { events: [], upTo: startedAt };
      }
      for (;;) {
        if (stopped) return;
        signal.throwIfAborted();
        if (failure) throw failure;
        const events = buffer.splice(0, 1_000);
        if (events.length > 0) yield { events, upTo: events.at(-1)?.sequence ?? 0 };
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      stop();
    }
  }
  return { startedAt, batches: batches(), stop };
}

function fromRow(space: Namespace, { sequence, ns: _, shapeId, ...event }: EventRow): SequencedEvent {
  return { sequence, event: { ...event, space, shape: space.shapes.get(shapeId) as JobShape } };
}

import { SwitchyardError } from "@switchyard/errors";
import type { EventRow } from "../../store/event-row.js";
import type { Namespace } from "../core/namespace.js";
import type { JobShape } from "../core/model.js";
import type { CoreEvent } from "../core/writes.js";
import type { SequencedEvent } from "../shard/event-feed.js";
import type { LiveNews } from "../shard/live-feed.js";
import type { ShardTerm } from "../shard/shard-term.js";

/** Events that may wait in memory for a slow reader. Beyond that it is fed from the table again. */
const maxBuffered = 20_000;

/** Events of one batch, and characters of their texts: it has to fit into a message. */
const maxBatch = 1_000;
const maxBatchText = 1_000_000;

/** Live news that may wait for a slow reader. */
const maxLive = 1_000;

/** Events in order, and the number up to which the watcher has now seen everything. */
export interface EventBatch {
  readonly events: readonly SequencedEvent[];
  /** What is neither numbered nor replayed, as far as it was asked for. */
  readonly live: readonly LiveNews[];
  readonly upTo: number;
  /** Everything that was published when the watch began, or when the reader fell behind, has been told. */
  readonly replayed?: boolean;
  /** The watcher has missed events: those up to `upTo` are not kept any more. */
  readonly overrun?: boolean;
}

/** The events of a namespace from a number on. */
export interface EventWatch {
  /** Everything up to this number was published when the watch began. */
  readonly startedAt: number;
  /** Batches in order, without repeat; ends when the signal aborts or `stop` is called. */
  readonly batches: AsyncIterable<EventBatch>;
  /**
   * Asks for a batch that reaches the last number that was given so far, be it an empty one, and returns that number. Whatever a read has
   * shown before the call was numbered by then, though perhaps not published yet.
   */
  reachPresent(): number;
  stop(): void;
}

/**
 * Watches a namespace: what was published before comes from the table, the rest from memory. The subscription begins first, so nothing
 * falls between the two. A reader that lets too much pile up goes back to the table, and so misses events only when they are not kept any
 * more. `after` undefined: only what comes.
 */
export function watchEvents(
  term: ShardTerm,
  space: Namespace,
  after: number | undefined,
  signal: AbortSignal,
  wantsLive: (news: LiveNews) => boolean = () => false,
): EventWatch {
  const startedAt = term.feed.published;
  const buffer: SequencedEvent[] = [];
  /** Up to where events came to memory, whether of this namespace or not. */
  let arrived = startedAt;
  /** The number that was asked for and is not told yet. */
  let awaited = Number.POSITIVE_INFINITY;
  let overflown = false;
  let failure: SwitchyardError | undefined;
  let stopped = false;
  let wake: (() => void) | undefined;
  const changed = () => {
    wake?.();
    wake = undefined;
  };
  const unsubscribe = term.feed.subscribe((events, firstSequence) => {
    arrived = firstSequence + events.length - 1;
    for (let i = 0; i < events.length && !overflown; i++) {
      const event = events[i] as CoreEvent;
      if (event.space === space) buffer.push({ sequence: firstSequence + i, event });
    }
    if (buffer.length > maxBuffered) {
      overflown = true;
      buffer.length = 0;
    }
    changed();
  });
  const live: LiveNews[] = [];
  const unsubscribeLive = term.live.subscribe((news) => {
    if (news.space !== space || !wantsLive(news)) return;
    live.push(news);
    // Live news are worth nothing when they are old: a slow reader loses the oldest.
    if (live.length > maxLive) live.shift();
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
    unsubscribeLive();
    unwatch();
    signal.removeEventListener("abort", changed);
    changed();
  };
  signal.addEventListener("abort", changed);

  async function* replay(from: number, upTo: number): AsyncGenerator<EventBatch> {
    let position = from;
    // What happened before a move lies in the shard of that time.
    for (const past of [...space.past, { shard: term.term.shard, upTo }]) {
      const end = Math.min(past.upTo, upTo);
      if (end <= position) continue;
      yield* replayShard(past.shard, position, end);
      position = end;
    }
    yield { events: [], live: [], upTo, replayed: true };
  }

  async function* replayShard(shard: number, from: number, upTo: number): AsyncGenerator<EventBatch> {
    for await (const step of term.store.readEvents(shard, from, upTo)) {
      if ("lostUpTo" in step) {
        yield { events: [], live: [], upTo: step.lostUpTo, overrun: true };
        continue;
      }
      const events = step.events.filter(({ ns }) => ns === space.id).map((row) => fromRow(space, row));
      // A page of rows holds up to 1,000 events each.
      while (events.length > 0) {
        const batch = events.splice(0, batchLength(events));
        const last = (events.length === 0 ? step.events : batch).at(-1);
        yield { events: batch, live: [], upTo: last?.sequence ?? 0 };
      }
    }
  }

  async function* batches(): AsyncGenerator<EventBatch> {
    let seen = after ?? startedAt;
    try {
      if (seen < startedAt) {
        yield* replay(seen, startedAt);
        seen = startedAt;
      }
      for (;;) {
        if (stopped) return;
        signal.throwIfAborted();
        if (failure && buffer.length === 0) {
          // Where it stands, for whoever goes on with the next owner.
          yield { events: [], live: [], upTo: seen, replayed: true };
          throw failure;
        }
        if (overflown) {
          // What comes from now on is in memory again, the rest is in the table.
          const upTo = arrived;
          overflown = false;
          yield* replay(seen, upTo);
          seen = upTo;
          continue;
        }
        const events = buffer.splice(0, batchLength(buffer));
        const news = live.splice(0);
        seen = buffer.length === 0 ? arrived : (events.at(-1)?.sequence ?? seen);
        const reached = seen >= awaited;
        if (reached) awaited = Number.POSITIVE_INFINITY;
        if (events.length + news.length > 0 || reached) yield { events, live: news, upTo: seen };
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      stop();
    }
  }
  const reachPresent = () => {
    awaited = term.feed.next - 1;
    return awaited;
  };
  return { startedAt, batches: batches(), reachPresent, stop };
}

/** How many of these events, from the first on, make a batch. */
function batchLength(events: readonly SequencedEvent[]): number {
  let text = 0;
  for (let n = 0; n < Math.min(events.length, maxBatch); n++) {
    text += events[n]?.event.message.length ?? 0;
    if (text > maxBatchText) return Math.max(1, n);
  }
  return maxBatch;
}

function fromRow(space: Namespace, { sequence, ns: _, shapeId, ...event }: EventRow): SequencedEvent {
  return { sequence, event: { ...event, space, shape: space.shapes.get(shapeId) as JobShape } };
}

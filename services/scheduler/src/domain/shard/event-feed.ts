import type { CoreEvent } from "../core/writes.js";
import type { NumberedEvents } from "../../store/numbered-events.js";

/** An event with its number; live-only events have 0. */
export interface SequencedEvent {
  readonly sequence: number;
  readonly event: CoreEvent;
}

/** Takes batches of events, whose first one has the number `firstSequence`, in the order of their numbers. Must not throw. */
export type EventSubscriber = (events: readonly CoreEvent[], firstSequence: number) => void;

/**
 * Numbers the events of a shard and feeds them to watchers in the order of the numbers.
 *
 * Numbers are given when a flush begins, and flushes of different lanes commit in any order. A batch is published once every batch with smaller
 * numbers has been, so that a watcher that resumes behind the last number it saw has missed nothing.
 */
export class EventFeed {
  #next: number;
  #published: number;
  readonly #open: { readonly batch: NumberedEvents; done: boolean }[] = [];
  readonly #subscribers = new Set<EventSubscriber>();

  constructor(nextSequence: number) {
    this.#next = nextSequence;
    this.#published = nextSequence - 1;
  }

  /** The next number. */
  get next(): number {
    return this.#next;
  }

  /** The last number up to which everything was published. */
  get published(): number {
    return this.#published;
  }

  /** Numbers the events of a flush that is about to be written. */
  number(at: number, events: readonly CoreEvent[]): NumberedEvents {
    const batch = { firstSequence: this.#next, at, events };
    this.#next += events.length;
    if (events.length > 0) this.#open.push({ batch, done: false });
    return batch;
  }

  /** A flush is durable. */
  committed(batch: NumberedEvents): void {
    const entry = this.#open.find((open) => open.batch === batch);
    if (!entry) return;
    entry.done = true;
    while (this.#open[0]?.done) {
      const { events, firstSequence } = (this.#open.shift() as { batch: NumberedEvents }).batch;
      this.#published = firstSequence + events.length - 1;
      this.#publish(events, firstSequence);
    }
  }

  /** Calls back with every batch that is published from now on; returns how to stop. */
  subscribe(subscriber: EventSubscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  #publish(events: readonly CoreEvent[], firstSequence: number): void {
    for (let i = 0; i < events.length; i++) (events[i] as CoreEvent).shape.site.queue.version = firstSequence + i;
    for (const subscriber of this.#subscribers) subscriber(events, firstSequence);
  }
}

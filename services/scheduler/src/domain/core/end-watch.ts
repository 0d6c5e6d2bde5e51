import type { FinalState } from "./model.js";

/** A job that ended while somebody was reading. */
export interface NotedEnd {
  readonly serial: number;
  readonly state: FinalState;
  readonly at: number;
  readonly reuseKey: string;
}

/** What changed since it was opened. */
export interface EndWatch {
  /** Jobs that ended, in the order of their ends; undefined for those that were deleted or opened again. */
  readonly changes: ReadonlyMap<number, NotedEnd | undefined>;
  close(): void;
}

/**
 * Notes ends for those who read history before they decide, and what leaves history: deletions, and jobs that are opened again.
 *
 * A job that ends between the read and the decision is in neither: the read was before its end, and memory has let it go. So whoever reads opens
 * a watch first; what the read has missed is in the watch. Costs nothing while nobody reads.
 */
export class EndWatches {
  readonly #open = new Set<Map<number, NotedEnd | undefined>>();

  /** Notes everything from now on. */
  open(): EndWatch {
    const changes = new Map<number, NotedEnd | undefined>();
    this.#open.add(changes);
    return { changes, close: () => this.#open.delete(changes) };
  }

  /** A job has ended, durably. */
  note(end: NotedEnd): void {
    this.#change(end.serial, end);
  }

  /** A job that may have ended before is not a thing of the past any more. */
  gone(serial: number): void {
    this.#change(serial, undefined);
  }

  #change(serial: number, end: NotedEnd | undefined): void {
    for (const changes of this.#open) {
      // Anew, and so last in the order.
      changes.delete(serial);
      changes.set(serial, end);
    }
  }
}

import type { FinalState } from "./model.js";

/** A job that ended while somebody was reading. */
export interface NotedEnd {
  readonly serial: number;
  readonly state: FinalState;
  readonly at: number;
  readonly reuseKey: string;
}

/** What ended since it was opened. */
export interface EndWatch {
  readonly bySerial: ReadonlyMap<number, NotedEnd>;
  /** The last one of each re-use key. */
  readonly byKey: ReadonlyMap<string, NotedEnd>;
  close(): void;
}

/**
 * Notes ends for those who read history before they decide.
 *
 * A job that ends between the read and the decision is in neither: the read was before its end, and memory has let it go. So whoever reads opens
 * a watch first; what the read has missed is in the watch. Costs nothing while nobody reads.
 */
export class EndWatches {
  readonly #open = new Set<{ bySerial: Map<number, NotedEnd>; byKey: Map<string, NotedEnd> }>();

  /** Notes everything from now on. */
  open(): EndWatch {
    const watch = { bySerial: new Map<number, NotedEnd>(), byKey: new Map<string, NotedEnd>() };
    this.#open.add(watch);
    return { ...watch, close: () => this.#open.delete(watch) };
  }

  /** A job has ended, durably. */
  note(end: NotedEnd): void {
    for (const { bySerial, byKey } of this.#open) {
      bySerial.set(end.serial, end);
      if (end.reuseKey !== "") byKey.set(end.reuseKey, end);
    }
  }
}

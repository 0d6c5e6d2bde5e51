import { EventQueue, type SimEvent } from "./event-queue.js";

/** Virtual time begins here, ms since 1970, so that a seed is the same whenever it runs. */
export const beginMs = Date.UTC(2026, 0, 5, 12);

/** Turns of the machine's event loop that are asked for at once; between two of them all microtasks run. */
const turnsAtOnce = 256;

/** The machine's own, whatever stands in for it while a seed runs. */
const { setImmediate: nextTurn } = globalThis;

/**
 * Virtual time: events one after the other, each with all that follows from it in the same moment (its microtasks) before the next one. Nothing else
 * moves the time, so a seed takes as long as its code needs, and happens in the same way each time.
 */
export class World {
  readonly #queue = new EventQueue();
  #now = 0;
  #failure: { readonly error: unknown } | undefined;
  /** Events that have run. */
  events = 0;

  /** Virtual milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Does something after so many milliseconds; taken back by {@link cancel}. */
  after(ms: number, run: () => void): SimEvent {
    return this.#queue.add(this.#now + Math.max(0, ms), run);
  }

  /** Takes an event back. One that has happened is fine. */
  cancel(event: SimEvent | undefined): void {
    if (event) event.run = undefined;
  }

  /** Waits. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Ends the run with an error of the simulator itself. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Lets time go on until `work` has settled; rejects when there is nothing left to happen before. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let over = false;
      const end = (settle: () => void) => {
        over = true;
        settle();
      };
      const step = () => {
        if (over) return;
        if (this.#failure) return end(() => reject(this.#failure?.error));
        let event = this.#queue.take();
        while (event && !event.run) event = this.#queue.take();
        if (!event) return end(() => reject(new Error("nothing is left to happen, and the run has not ended")));
        this.#now = event.at;
        this.events++;
        try {
          event.run?.();
        } catch (error) {
          end(() => reject(error));
        }
      };
      const turns = () => {
        for (let i = 0; i < turnsAtOnce && !over; i++) nextTurn(step);
        if (!over) nextTurn(turns);
      };
      work().then(
        (result) => end(() => resolve(result)),
        (error: unknown) => end(() => reject(error)),
      );
      nextTurn(turns);
    });
  }
}

import { randomBytes } from "node:crypto";

/** A call of a runner that waits for news. */
export interface HeldCall {
  /** When it came in, monotonic. */
  readonly receivedMs: number;
  /** When it is answered even without news, monotonic. */
  readonly untilMs: number;
  /** Digest of the runner's own token that it was made with, if it was. */
  readonly tokenDigest: string | undefined;
  /** Makes the answer from what is there now and ends the call with it. */
  readonly answer: () => void;
  /** Ends the call with nothing: a newer one has taken its place. */
  readonly end: () => void;
  /** Ends the call with an error. */
  readonly fail: (error: Error) => void;
}

/** One of the calls that a runner keeps held side by side, over its repetitions. */
export class Channel {
  readonly index: number;
  /**
   * Numbers of answers begin at a random place: a runner that comes back from another replica, or from an earlier life of
   * this one, echoes a number that this channel can tell it never gave.
   */
  readonly #base: bigint = BigInt(`0x${randomBytes(6).toString("hex")}`);
  /** Number of the last answer. */
  revision: bigint = this.#base;
  /** The latest number that the runner confirmed. */
  #confirmed = 0n;
  /** Leases that the last call asked for. */
  freeSlots = 0;
  /** Until when, monotonic, its free slots count: for ever while a call is under way, a while after an answer. */
  openUntilMs = 0;
  /** Counts calls, so that one that waited for something can tell that a newer one came. */
  calls = 0;
  held: HeldCall | undefined;
  /** The last answer said that the runner shall drain. */
  toldDrain = false;

  constructor(index: number) {
    this.index = index;
  }

  /** Whether this is a number that the channel gave out, or none at all. */
  knows(received: bigint): boolean {
    return received === 0n || (received > this.#base && received <= this.revision);
  }

  /** The runner has received the answer of this number, and all before it. */
  confirm(received: bigint): void {
    if (received > this.#confirmed) this.#confirmed = received;
  }

  /** Whether a call that confirms this number was made before another one that came in: it was on the way for longer, or comes twice. */
  isOvertaken(received: bigint): boolean {
    return received > this.#base && received < this.#confirmed;
  }

  /** Whether answers were given after this number: the runner did not receive them, or had given their calls up. */
  missed(received: bigint): boolean {
    return this.revision > this.#base && received < this.revision;
  }

  /** A call is under way or was a moment ago, so the next one is to be expected. */
  isOpen(nowMs: number): boolean {
    return this.openUntilMs > nowMs;
  }
}

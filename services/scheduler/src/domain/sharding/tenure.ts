import type { Clock } from "@switchyard/clock";
import type { Receiver } from "../../store/take-shard.js";
import type { Term } from "../../store/term.js";
import type { ShardOwner } from "../shard/shard-owner.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { notOwner } from "./not-owner.js";

/** How long a hand-over waits for calls that are under way, ms. What takes longer is a read, which ends by itself. */
const drainMs = 2_000;

/**
 * The time from the decision to take a shard to the moment it is given away, over however many terms. Counts the calls under way, so that a hand-over cuts
 * none of them off: calls that come later wait, and are sent to the next owner.
 */
export class Tenure {
  readonly shard: number;
  readonly owner: ShardOwner;
  #left: Promise<void>;
  #isOpen = true;
  #isReloading = false;
  #calls = 0;
  #idle: (() => void) | undefined;
  #leave: () => void = () => undefined;

  constructor(
    shard: number,
    owner: ShardOwner,
    private readonly clock: Clock,
  ) {
    this.shard = shard;
    this.owner = owner;
    this.#left = new Promise((resolve) => (this.#leave = resolve));
  }

  /** Resolves when the shard is given away, or calls are taken again after they were not for a moment. */
  get left(): Promise<void> {
    return this.#left;
  }

  /** Whether calls are taken. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A call begins. @throws SwitchyardError `NOT_OWNER` when the shard is about to be given away. */
  enter(): void {
    if (!this.#isOpen) throw notOwner(this.shard);
    this.#calls++;
  }

  /** A call has ended. */
  exit(): void {
    this.#calls--;
    if (this.#calls === 0) this.#idle?.();
  }

  /** The term in force; waits a little for one. @throws SwitchyardError `OWNER_UNKNOWN` when none comes in time, `NOT_OWNER` when the shard went elsewhere. */
  async current(): Promise<ShardTerm> {
    const { term } = this.owner;
    if (term) return term;
    const gone = this.#left.then(() => {
      throw notOwner(this.shard);
    });
    return Promise.race([this.owner.current(), gone]);
  }

  /** Waits for a term in force, not for long. False when none comes. */
  async isReady(waitMs: number): Promise<boolean> {
    if (this.owner.term) return true;
    return this.owner.current(waitMs).then(
      () => true,
      () => false,
    );
  }

  /**
   * Takes no more calls, lets those under way end and gives the shard away: to a receiver, or to whoever comes first. Held calls are answered at once.
   * `told` is called when it is done, before those who wait go on.
   */
  async end(receiver: Receiver | undefined, told: () => void): Promise<void> {
    if (this.#isReloading) await this.#left;
    if (!this.#isOpen) return this.#left;
    this.#isOpen = false;
    this.owner.term?.quiesce();
    if (this.owner.term) await this.#drained();
    await this.owner.stop(receiver);
    told();
    this.#leave();
  }

  /**
   * Begins a new term of the shard in good order: calls that come wait, held ones are answered, those under way end. `between` is done when everything is written, the
   * sums included, and before anything is loaded. @throws what `between` throws
   */
  async reload(between: (term: Term) => Promise<void> = () => Promise.resolve()): Promise<void> {
    const { term } = this.owner;
    if (!this.#isOpen || !term) throw notOwner(this.shard);
    this.#isOpen = false;
    this.#isReloading = true;
    try {
      await this.#drained();
      await term.settled();
      await term.rollups.write();
      term.quiesce();
      await this.owner.reload(between);
    } finally {
      this.#isOpen = true;
      this.#isReloading = false;
      const leave = this.#leave;
      this.#left = new Promise((resolve) => (this.#leave = resolve));
      leave();
    }
  }

  #drained(): Promise<void> {
    if (this.#calls === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#idle = undefined;
        resolve();
      };
      const timer = this.clock.setTimeout(end, drainMs);
      this.#idle = () => {
        this.clock.clearTimeout(timer);
        end();
      };
    });
  }
}

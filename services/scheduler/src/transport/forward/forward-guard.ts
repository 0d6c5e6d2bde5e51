import type { Clock, Timer } from "@switchyard/clock";
import type { ShardKeeper } from "../../domain/sharding/shard-keeper.js";
import type { PeerTransport } from "./peers.js";

/** How often forwarded calls are looked after, ms. */
const lookMs = 250;
/**
 * How long an owner that is none any more, or that is not connected, may still answer, ms: what it has done before it gave the shard away may be on its way,
 * and a new connection takes a moment.
 */
const graceMs = 1_000;

/** A call that waits for another replica. */
export interface ForwardedCall {
  readonly shard: number;
  readonly address: string;
  readonly transport: PeerTransport;
  /** Called once, when there is nothing to wait for any more. */
  readonly giveUp: () => void;
}

/**
 * Looks after calls that wait for other replicas. A connection may be dead in one direction, or a machine stand still, and say nothing of it: so a call is given up
 * when its shard's row names another owner, or one whose lease has ended, or when there is no connection on which it could have left. An owner that keeps its
 * lease and does not answer on a connection is found by the keepalive of that.
 */
export class ForwardGuard {
  readonly #keeper: Pick<ShardKeeper, "addressOf">;
  readonly #clock: Clock;
  /** With the time since which each was without an owner that could answer. */
  readonly #calls = new Map<ForwardedCall, number | undefined>();
  #timer: Timer | undefined;

  constructor(keeper: Pick<ShardKeeper, "addressOf">, clock: Clock) {
    this.#keeper = keeper;
    this.#clock = clock;
  }

  /** A call begins to wait; returns how to say that it waits no more. */
  watch(call: ForwardedCall): () => void {
    this.#calls.set(call, undefined);
    this.#timer ??= this.#clock.setTimeout(() => this.#look(), lookMs);
    return () => this.#calls.delete(call);
  }

  #look(): void {
    const now = this.#clock.monotonicMs();
    for (const [call, since] of this.#calls) {
      if (this.#canAnswer(call)) this.#calls.set(call, undefined);
      else if (since === undefined) this.#calls.set(call, now);
      else if (now - since >= graceMs) {
        this.#calls.delete(call);
        call.giveUp();
      }
    }
    this.#timer = this.#calls.size === 0 ? undefined : this.#clock.setTimeout(() => this.#look(), lookMs);
  }

  #canAnswer({ shard, address, transport }: ForwardedCall): boolean {
    return this.#keeper.addressOf(shard) === address && transport.isConnected?.() !== false;
  }
}

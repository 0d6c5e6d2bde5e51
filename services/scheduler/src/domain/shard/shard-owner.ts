import { SwitchyardError } from "@switchyard/errors";
import type { Clock } from "@switchyard/clock";
import { type Pool, SQLSTATE, sqlstateOf } from "@switchyard/postgres";
import type { Logger } from "pino";
import type { ShardStore } from "../../store/shard-store.js";
import type { Claimant, Receiver } from "../../store/take-shard.js";
import type { Term } from "../../store/term.js";
import { requestDays } from "../core/request-day.js";
import type { RetentionFamily } from "../core/retention-bucket.js";
import type { Write } from "../core/writes.js";
import { Partitions } from "../history/partitions.js";
import { TermRollups } from "../rollups/term-rollups.js";
import { createBodyCache } from "./body-cache.js";
import { EventFeed } from "./event-feed.js";
import { keepLease } from "./keep-lease.js";
import { loadState } from "./load-state.js";
import { RequestMemory } from "./request-memory.js";
import { noWatcher, type TermWatcher } from "./term-watcher.js";
import { ShardTerm, type TermDuty } from "./shard-term.js";
import type { InterceptFlush } from "./term-lanes.js";

/** How a replica owns a shard. */
export interface ShardOwnerOptions {
  readonly shard: number;
  readonly store: ShardStore;
  /** For reads that look at many jobs. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names the replica; the same name takes its own shard back at once. */
  readonly owner: string;
  /** Where other replicas reach it; empty while they can't. */
  readonly address: () => string;
  /** Length of the shard's lease; renewed at a third. A dead owner's shard is taken after at most this. */
  readonly leaseMs: number;
  /** Bytes of recent inputs kept in memory. */
  readonly bodyCacheBytes: number;
  /** How long jobs are kept when nothing else is said. */
  readonly standard: RetentionFamily;
  /** Done at the beginning of each term, before anything is loaded. Default: nothing. */
  readonly beforeLoad?: (term: Term) => Promise<void>;
  /** Default: none. */
  readonly interceptFlush?: InterceptFlush | undefined;
  /** Default: nobody watches. */
  readonly watcher?: TermWatcher;
  /** What is done during each term beside answering calls. */
  readonly duties: readonly TermDuty[];
}

/** How long requests are remembered, ms. */
const requestMemoryMs = 10 * 60_000;
/** Pause between two tries to take the shard, ms. */
const retryMs = 100;

/**
 * Keeps a shard owned by this replica: takes it, loads its state, renews its lease, and after any failed write takes it anew under the next
 * epoch. `current` gives the term in force.
 */
export class ShardOwner {
  readonly #options: ShardOwnerOptions;
  #term: ShardTerm | undefined;
  #waiting: ((term: ShardTerm) => void)[] = [];
  #running = false;
  #stopped = false;
  #hasOwned = false;
  /** Cleared for good once a client's clock has misled the look-up of repeats. */
  #trustRequestTimes = true;
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #receiver: Receiver | undefined;
  /** What is done between this term and the next one. */
  #between: Between | undefined;

  constructor(options: ShardOwnerOptions) {
    this.#options = options;
  }

  /** Begins to own; returns when the first term is in force. */
  async start(): Promise<void> {
    if (this.#running) return;
    if (this.#stopped) throw stoppedBefore();
    this.#running = true;
    const first = new Promise<ShardTerm>((resolve) => this.#waiting.push(resolve));
    this.#loop = this.#own();
    const stopped = this.#loop.then(() => {
      if (!this.#hasOwned) throw stoppedBefore();
    });
    await Promise.race([first, stopped]);
  }

  /** Writes what was accepted, gives the shard to the receiver, or to whoever comes first, and stops. */
  async stop(receiver?: Receiver): Promise<void> {
    this.#receiver = receiver;
    this.#stopped = true;
    this.#running = false;
    this.#wake?.();
    await this.#loop;
  }

  /** Where this replica's time comes from. */
  get clock(): Clock {
    return this.#options.clock;
  }

  /**
   * Ends the term in good order and takes the shard anew, which nobody else can take meanwhile; returns when the next term is in force. `between` is done
   * when everything is written and nothing of the shard is in memory. @throws what `between` throws, or what the next term's beginning does
   */
  async reload(between: (term: Term) => Promise<void>): Promise<void> {
    if (!this.#term) throw new SwitchyardError("SHARD_LOST", "the shard is not in force here at this moment");
    const done = new Promise<void>((resolve, reject) => (this.#between = { work: between, resolve, reject }));
    this.#wake?.();
    await done;
    await this.current(30_000);
  }

  /** The term in force now, if there is one. */
  get term(): ShardTerm | undefined {
    return this.#term;
  }

  /** The term in force; waits a little for one. @throws SwitchyardError `OWNER_UNKNOWN` when none comes in time. */
  current(waitMs = 5_000): Promise<ShardTerm> {
    if (this.#term) return Promise.resolve(this.#term);
    const { clock } = this.#options;
    return new Promise((resolve, reject) => {
      const give = (term: ShardTerm) => {
        clock.clearTimeout(timer);
        resolve(term);
      };
      const timer = clock.setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== give);
        const shard = String(this.#options.shard);
        reject(
          new SwitchyardError(
            "OWNER_UNKNOWN",
            `no replica owns shard ${shard} at this moment`,
            { shard },
            { retryAfterMs: 500 },
          ),
        );
      }, waitMs);
      this.#waiting.push(give);
    });
  }

  async #own(): Promise<void> {
    const { logger, shard } = this.#options;
    let failures = 0;
    while (this.#running) {
      try {
        const term = await this.#take();
        failures = 0;
        if (term) await this.#serve(term);
        else await this.#pause(retryMs);
      } catch (error) {
        logger.error({ err: error, shard }, "could not take the shard");
        // The first one may only have found out that its connection had died.
        failures += 1;
        await this.#pause(failures === 1 ? retryMs : retryMs * 5);
      }
    }
  }

  #take(): Promise<Term | undefined> {
    const { store, shard, owner, address, leaseMs } = this.#options;
    const claimant: Claimant = { owner, address: address(), leaseMs };
    return store.takeShard(shard, claimant);
  }

  /** One term, from its load to its end. */
  async #serve(term: Term): Promise<void> {
    const { clock, leaseMs } = this.#options;
    const takenAt = clock.now();
    let lost: Error | undefined;
    const onLost = (error: Error) => {
      lost = error;
      // A request id that claimed to be new was stored already: its client's clock is wrong, so from now on all are looked up.
      if (isRepeatedRequest(error)) this.#trustRequestTimes = false;
      this.#wake?.();
    };
    // From the beginning: what takes long to load must not be lost over it.
    const lease = keepLease(this.#options, term, takenAt + leaseMs);
    try {
      const { running, writes } = await this.#load(term, onLost);
      lease.of(running);
      await running.start();
      running.writeAll(writes);
      await this.#reign(running, takenAt, () => lost);
    } finally {
      lease.end();
    }
  }

  /** A term in force, to its end. */
  async #reign(running: ShardTerm, takenAt: number, lost: () => Error | undefined): Promise<void> {
    const { clock, logger, leaseMs } = this.#options;
    const { term } = running;
    logger.info(
      { shard: term.shard, epoch: term.epoch, openJobs: running.openJobs, loadMs: clock.now() - takenAt },
      "shard taken",
    );
    this.#term = running;
    running.watcher.termBegun();
    this.#hasOwned = true;
    for (const give of this.#waiting.splice(0)) give(running);
    while (this.#running && !lost() && !this.#between) await this.#pause(leaseMs);
    this.#term = undefined;
    const between = this.#between;
    this.#between = undefined;
    if (!lost())
      await running.stop().catch((cause: unknown) => running.abandon(new Error("a term could not end", { cause })));
    // Also while it was stopped: then a write may be on its way still, under the epoch that work between two terms would have.
    const error = lost();
    if (error) logger.warn({ err: error, shard: term.shard, epoch: term.epoch }, "shard lost");
    if (between)
      await (error
        ? between.reject(running.shardLost(error))
        : between.work(term).then(between.resolve, between.reject));
    if (this.#running) return;
    await this.#release(term);
    logger.info({ shard: term.shard, epoch: term.epoch }, "shard given back");
  }

  async #load(
    term: Term,
    onLost: (error: Error) => void,
  ): Promise<{ readonly running: ShardTerm; readonly writes: readonly Write[] }> {
    const {
      store,
      pool,
      clock,
      logger,
      bodyCacheBytes,
      standard,
      interceptFlush,
      watcher = noWatcher,
      duties,
    } = this.#options;
    await this.#options.beforeLoad?.(term);
    const now = clock.now();
    const [{ state, writes }, nextSequence, requests] = await Promise.all([
      loadState(store, term.shard, now, standard),
      store.loadNextSequence(term.shard),
      store.loadRequests(requestDays(now - requestMemoryMs, now), now - requestMemoryMs, term.shard),
    ]);
    const partitions = new Partitions({ store, term });
    await partitions.ahead(state, nextSequence, now);
    // Nobody knows any more which event was a queue's last: all count as changed.
    for (const { shapes } of state.spaces.values())
      for (const queue of shapes.queues.values()) queue.version = nextSequence - 1;
    const feed = new EventFeed(nextSequence);
    const running = new ShardTerm({
      term,
      store,
      pool,
      state,
      feed,
      bodies: createBodyCache(bodyCacheBytes),
      requests: new RequestMemory(requestMemoryMs, requests, this.#trustRequestTimes),
      partitions,
      rollups: new TermRollups({ store, pool, term, state, feed, clock, logger }),
      clock,
      logger,
      watcher,
      interceptFlush,
      duties,
      onLost,
    });
    return { running, writes };
  }

  /** Gives the shard back. The first try may only find out that its connection has died, and a shard that is kept stands still for a whole lease. */
  async #release(term: Term): Promise<void> {
    const { store, logger } = this.#options;
    try {
      await store.releaseShard(term, this.#receiver);
    } catch (error) {
      logger.warn({ err: error, shard: term.shard }, "could not give the shard back; trying again");
      await store.releaseShard(term, this.#receiver);
    }
  }

  /** Sleeps, unless woken. */
  #pause(ms: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, ms);
      this.#wake = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Work between two terms, and whom to tell. */
interface Between {
  readonly work: (term: Term) => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function stoppedBefore(): SwitchyardError {
  return new SwitchyardError("SHUTTING_DOWN", "stopped before the shard was free");
}

function isRepeatedRequest({ cause }: Error): boolean {
  const { constraint = "" } = (cause ?? {}) as { constraint?: string };
  return sqlstateOf(cause) === SQLSTATE.uniqueViolation && /^requests_\d+_pkey$/.test(constraint);
}

import type { Clock } from "@switchyard/clock";
import type { Pool } from "@switchyard/postgres";
import { SwitchyardError } from "@switchyard/errors";
import type { Logger } from "pino";
import { committed } from "../core/core.js";
import type { CoreState } from "../core/core-state.js";
import { handleDue } from "../core/due.js";
import { takeRenewals } from "../core/hold.js";
import type { LiveAttempt } from "../core/model.js";
import { type Decision, reportWrite, type Write } from "../core/writes.js";
import type { Partitions } from "../history/partitions.js";
import type { TermRollups } from "../rollups/term-rollups.js";
import type { NumberedEvents } from "../../store/numbered-events.js";
import type { ShardStore } from "../../store/shard-store.js";
import type { Term } from "../../store/term.js";
import type { BodyCache } from "./body-cache.js";
import { DueWatch } from "./due-watch.js";
import type { EventFeed } from "./event-feed.js";
import type { RequestMemory } from "./request-memory.js";
import { LiveFeed } from "./live-feed.js";
import type { GatewaySession } from "./session.js";
import { type InterceptFlush, TermLanes } from "./term-lanes.js";
import type { TermWatcher } from "./term-watcher.js";
import { Turns } from "./turns.js";

/** Something that the owner of a shard does during a term beside answering calls. */
export interface TermDuty {
  /** Begins, before the term answers its first call; `whenLost` of the term says when to end. A failure ends the term. */
  start(term: ShardTerm): Promise<void>;
}

/** What a term works with. */
export interface ShardTermOptions {
  readonly term: Term;
  readonly store: ShardStore;
  /** For reads that look at many jobs. */
  readonly pool: Pool;
  readonly state: CoreState;
  readonly feed: EventFeed;
  readonly bodies: BodyCache;
  readonly requests: RequestMemory;
  readonly partitions: Partitions;
  readonly rollups: TermRollups;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watcher: TermWatcher;
  /** Default: none. */
  readonly interceptFlush?: InterceptFlush | undefined;
  readonly duties: readonly TermDuty[];
  /** Called once when a write failed or its outcome is unknown: memory can't be trusted any more. */
  readonly onLost: (error: Error) => void;
}

/**
 * One replica's ownership of a shard, from a take-over to the first failed write or the hand-over: the core's state in memory, and the lanes
 * that make its decisions durable. Crash-only: nothing is repaired; the owner drops the term and loads the next one from the tables.
 */
export class ShardTerm {
  readonly term: Term;
  readonly store: ShardStore;
  readonly pool: Pool;
  readonly state: CoreState;
  readonly feed: EventFeed;
  readonly bodies: BodyCache;
  readonly requests: RequestMemory;
  readonly partitions: Partitions;
  readonly rollups: TermRollups;
  readonly clock: Clock;
  readonly watcher: TermWatcher;
  /** Who opens, deletes or dismisses a job that has ended does so alone. */
  readonly turns = new Turns();
  readonly live = new LiveFeed();
  readonly sessions = new Map<string, GatewaySession>();
  readonly #options: ShardTermOptions;
  readonly #lanes: TermLanes;
  readonly #underWay = new WeakMap<Write, Promise<void>>();
  #validUntil = 0;
  #lost: Error | undefined;
  readonly #dueWatch: DueWatch;
  #renewalsDue = 0;
  #over = false;
  readonly #watchers = new Set<() => void>();

  constructor(options: ShardTermOptions) {
    this.#options = options;
    this.term = options.term;
    this.store = options.store;
    this.pool = options.pool;
    this.state = options.state;
    this.feed = options.feed;
    this.bodies = options.bodies;
    this.requests = options.requests;
    this.partitions = options.partitions;
    this.rollups = options.rollups;
    this.clock = options.clock;
    this.watcher = options.watcher;
    this.state.onPresence = ({ space, id }, online, at) =>
      this.live.publish({ type: online ? "RUNNER_ONLINE" : "RUNNER_OFFLINE", space, runnerId: id, at });
    const { clock, state } = options;
    this.#dueWatch = new DueWatch({ clock, timers: state.timers, onLook: () => this.#handleDue() });
    this.#lanes = new TermLanes({
      ...options,
      onCommitted: (writes, events) => this.#applyCommitted(writes, events),
      onFailure: (error) => this.abandon(error),
    });
  }

  /** Jobs that have not ended. */
  get openJobs(): number {
    let count = 0;
    for (const space of this.state.spaces.values()) count += space.openJobs;
    return count;
  }

  /** Connects the lanes, begins to watch the clock and to do the duties. Rejects when one of these fails; the term is over then. */
  async start(): Promise<void> {
    try {
      await this.#lanes.start();
      // A lane may have died while another one connected: then nothing may begin that only the end of the term ends.
      this.#assertNotLost();
      this.rollups.start();
      this.#dueWatch.start();
      await Promise.all(this.#options.duties.map((duty) => duty.start(this)));
      this.#assertNotLost();
    } catch (error) {
      this.abandon(new Error("a term could not begin", { cause: error }));
      throw error;
    }
  }

  /** Whether held calls are over: the term has ended, or is about to. */
  get isQuiet(): boolean {
    return this.#over;
  }

  /**
   * The shard is about to be given away: held calls are answered with what there is, duties end, the clock is not looked at any more. Other calls
   * go on until `stop`.
   */
  quiesce(): void {
    if (!this.#over) this.#endHeldCalls();
  }

  /** Writes what was accepted and disconnects; held calls end. */
  async stop(): Promise<void> {
    this.#endHeldCalls();
    await this.#lanes.stop();
  }

  /** The owner's lease of the shard was renewed: answers from memory are good until then (on this process's clock, ms). */
  validUntil(at: number): void {
    this.#validUntil = at;
  }

  /** @throws SwitchyardError `SHARD_LOST` once the term is over or its lease has run out unrenewed. */
  assertValid(): void {
    this.#assertNotLost();
    if (this.clock.now() > this.#validUntil) throw this.shardLost(new Error("the lease of the shard has run out"));
  }

  /** Calls back once when the term ends, in whichever way; in a moment if it has ended already. Returns how not to. */
  whenLost(callback: () => void): () => void {
    this.#watchers.add(callback);
    // Whoever made a namespace, say, may come with a term that ended meanwhile.
    if (this.#over) queueMicrotask(() => this.#tellWatchers());
    return () => this.#watchers.delete(callback);
  }

  /** Makes a write durable. Rejects when the term is lost; the write may or may not have happened then. */
  write(write: Write): Promise<void> {
    let done = this.#underWay.get(write);
    if (!done) {
      done = this.#lanes.push(write).catch((error: unknown) => {
        throw this.shardLost(error);
      });
      this.#underWay.set(write, done);
    }
    return done;
  }

  /** Returns when everything that is on its way now is durable. */
  async settled(): Promise<void> {
    const empty = { requests: [], shapes: [], marks: [], jobs: [], amends: [], attempts: [], events: [] };
    await Promise.all([
      this.write({ lane: "submit", ...empty }),
      this.write({ lane: "claim", attempts: [], events: [] }),
      this.write(reportWrite({})),
    ]);
  }

  /** Starts writes that nobody waits for; a failure ends the term, which tells everybody. */
  writeAll(writes: readonly Write[]): void {
    for (const write of writes) this.write(write).catch(() => undefined);
  }

  /** Decides, over again while another write about the same job is on the way, and returns the answer once it is durable. */
  async settle<Answer>(decide: () => Decision<Answer>): Promise<Answer> {
    for (;;) {
      this.assertValid();
      const decision = decide();
      if ("waitFor" in decision) {
        await this.write(decision.waitFor);
        continue;
      }
      await Promise.all(decision.writes.map((write) => this.write(write)));
      return decision.answer;
    }
  }

  /** Notes that the progress of an attempt changed; it is stored soon, the latest only. */
  saveProgress(attempt: LiveAttempt): void {
    if (attempt.job.live === attempt)
      this.live.publish({ type: "PROGRESS", space: attempt.job.space, attempt, at: this.clock.now() });
    this.#lanes.pushProgress(attempt);
  }

  /** Ends the term at once, whatever is on the way. */
  abandon(error: Error): void {
    if (this.#lost) return;
    this.#lost = error;
    this.#endHeldCalls();
    void this.#lanes.stop().catch(() => undefined);
    this.#options.onLost(error);
  }

  #assertNotLost(): void {
    if (this.#lost) throw this.shardLost(this.#lost);
  }

  #endHeldCalls(): void {
    this.#dueWatch.stop();
    this.#over = true;
    this.rollups.stop();
    for (const session of this.sessions.values()) session.end();
    this.#tellWatchers();
  }

  #tellWatchers(): void {
    for (const callback of this.#watchers) callback();
    this.#watchers.clear();
  }

  #applyCommitted(writes: readonly Write[], events: NumberedEvents): void {
    const now = this.clock.now();
    const following: Write[] = [];
    for (const write of writes) {
      following.push(...committed(this.state, now, write));
      this.bodies.follow(write);
      this.#forgetProgress(write);
    }
    this.feed.committed(events);
    this.watcher.committed(writes);
    this.writeAll(following);
  }

  /** The progress of an attempt that is over is with its outcome now, or gone with its job. */
  #forgetProgress(write: Write): void {
    if (write.lane !== "report") return;
    for (const { attempt } of [...write.ends, ...write.deletes]) if (attempt?.progress) this.saveProgress(attempt);
  }

  #handleDue(): void {
    const now = this.clock.now();
    if (this.#lost) return;
    if ((this.state.timers.next() ?? Number.POSITIVE_INFINITY) <= now) this.writeAll(handleDue(this.state, now));
    if (now < this.#renewalsDue) return;
    this.#renewalsDue = now + renewalIntervalMs;
    const renewals = [...this.state.spaces.values()].flatMap(takeRenewals);
    if (renewals.length > 0) this.writeAll([reportWrite({ renewals })]);
  }

  /** The error for whoever meets the end of the term. */
  shardLost(cause: unknown): SwitchyardError {
    if (cause instanceof SwitchyardError && cause.reason === "SHARD_LOST") return cause;
    const { shard, epoch } = this.term;
    const metadata = { shard: String(shard), epoch: String(epoch) };
    return new SwitchyardError("SHARD_LOST", "the replica lost the shard while it worked; repeat the call", metadata, {
      cause,
      retryAfterMs: 100,
    });
  }
}

/** How often the ends of renewed leases are stored, all in one statement. */
const renewalIntervalMs = 1_000;

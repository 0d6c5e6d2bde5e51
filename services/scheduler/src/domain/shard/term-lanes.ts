import type { Clock } from "@switchyard/clock";
import { createCommitLane, type GroupCommitLane, type LaneFlush } from "@switchyard/postgres";
import type { Logger } from "pino";
import type { LiveAttempt } from "../core/model.js";
import type { ClaimWrite, ReportWrite, SubmitWrite, Write } from "../core/writes.js";
import type { Partitions } from "../history/partitions.js";
import type { NumberedEvents } from "../../store/numbered-events.js";
import type { ShardStore, ShardWriter } from "../../store/shard-store.js";
import type { Term } from "../../store/term.js";
import type { BodyCache } from "./body-cache.js";
import type { EventFeed } from "./event-feed.js";
import type { TermWatcher } from "./term-watcher.js";
import { reportBytes, submitBytes } from "./write-sizes.js";

/**
 * Stands between a lane and the statement that stores a batch, by the name of the lane: what makes writes fail, get lost or be late in tests.
 * Only the statement is wrapped. A failure thrown after it has run is a commit whose answer never came, and memory learns nothing of it.
 */
export type InterceptFlush = <Item, Result, Connection>(
  lane: string,
  flush: LaneFlush<Item, Result, Connection>,
) => LaneFlush<Item, Result, Connection>;

/** What the lanes of a term work with. */
export interface TermLanesOptions {
  readonly term: Term;
  readonly store: ShardStore;
  readonly feed: EventFeed;
  readonly bodies: BodyCache;
  readonly partitions: Partitions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watcher: TermWatcher;
  /** Default: none. */
  readonly interceptFlush?: InterceptFlush | undefined;
  /** Called with what a flush has made durable, before those who wait for it go on. */
  readonly onCommitted: (writes: readonly Write[], events: NumberedEvents) => void;
  /** Called when a write failed or its outcome is unknown. */
  readonly onFailure: (error: Error) => void;
}

type Lanes = {
  readonly submit: GroupCommitLane<SubmitWrite, void>;
  readonly claim: GroupCommitLane<ClaimWrite, void>;
  readonly report: GroupCommitLane<ReportWrite, void>;
  readonly progress: GroupCommitLane<LiveAttempt, void>;
};

/** Why the four lanes: each has a connection of its own, so their flushes overlap, and each shares its commits among all callers. */
const laneNames = { submit: "submit", claim: "claim", report: "report", progress: "progress" } as const;

/** Makes the decisions of a term durable: each sort of write by group commit, in the order in which it was decided. */
export class TermLanes {
  readonly #options: TermLanesOptions;
  readonly #lanes: Lanes;
  readonly #progressing = new Set<LiveAttempt>();

  constructor(options: TermLanesOptions) {
    this.#options = options;
    this.#lanes = {
      submit: this.#lane(laneNames.submit, ({ submits }) => submits, submitBytes),
      claim: this.#lane(
        laneNames.claim,
        ({ claims }) => claims,
        () => 0,
      ),
      report: this.#lane(laneNames.report, ({ reports }) => reports, reportBytes),
      progress: createCommitLane<LiveAttempt, void, ShardWriter>({
        ...this.#laneOptions(laneNames.progress),
        flush: async (writer, attempts) => {
          for (const attempt of attempts) this.#progressing.delete(attempt);
          return this.#store(laneNames.progress, writer, attempts, () => writer.progress(options.term, attempts));
        },
      }),
    };
  }

  /** Connects. Rejects when a connection fails. */
  async start(): Promise<void> {
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.start()));
  }

  /** Writes what was accepted, as far as nothing has failed, and disconnects. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.stop()));
  }

  /** Makes a write durable together with those that gather meanwhile. Rejects when it is not, or when nobody knows. */
  push(write: Write): Promise<void> {
    switch (write.lane) {
      case "submit": {
        const missing = this.#options.partitions.forSubmit(write);
        return missing ? this.#pushAfter(missing, write) : this.#lanes.submit.push(write);
      }
      case "claim":
        return this.#lanes.claim.push(write);
      case "report":
        return this.#lanes.report.push(write);
    }
  }

  /** Stores the progress of an attempt soon, as it is by then. */
  pushProgress(attempt: LiveAttempt): void {
    if (this.#progressing.has(attempt)) return;
    this.#progressing.add(attempt);
    this.#lanes.progress.push(attempt).catch(() => undefined);
  }

  /** Stores new jobs once their partition is there; the jobs are decided, so the term can't go on without. */
  async #pushAfter(partition: Promise<void>, write: SubmitWrite): Promise<void> {
    try {
      await partition;
    } catch (error) {
      this.#options.onFailure(new Error("a partition could not be made", { cause: error }));
      throw error;
    }
    return this.#lanes.submit.push(write);
  }

  #lane<W extends Write>(
    name: keyof typeof laneNames,
    storeOf: (writer: ShardWriter) => (term: Term, writes: readonly W[], events: NumberedEvents) => Promise<void>,
    sizeOf: (write: W) => number,
  ): GroupCommitLane<W, void> {
    const { term, clock, feed, partitions, onCommitted } = this.#options;
    return createCommitLane<W, void, ShardWriter>({
      ...this.#laneOptions(name),
      sizeOf,
      maxBytes: 8 * 1024 * 1024,
      flush: async (writer, writes) => {
        this.#fillSubjects(writes);
        const events = feed.number(
          clock.now(),
          writes.flatMap((write) => write.events),
        );
        await partitions.forEvents(events);
        const stored = await this.#store(name, writer, writes, () => storeOf(writer)(term, writes, events));
        onCommitted(writes, events);
        return stored;
      },
    });
  }

  /** Events about ends say the subject, as far as memory knows it. */
  #fillSubjects(writes: readonly Write[]): void {
    for (const { events } of writes)
      for (const { facts, space, serial } of events)
        if (facts && facts.subject === undefined) facts.subject = this.#options.bodies.subjectOf({ space, serial });
  }

  /** Runs the statement of a flush, behind the interception where there is one. */
  #store<Item>(name: string, writer: ShardWriter, items: readonly Item[], statement: () => Promise<void>) {
    const flush: LaneFlush<Item, void, ShardWriter> = async (_, batch) => {
      await statement();
      return batch.map(() => undefined);
    };
    return (this.#options.interceptFlush?.(name, flush) ?? flush)(writer, items);
  }

  #laneOptions(name: string) {
    const { store, logger, clock, onFailure, watcher } = this.#options;
    const lane = `scheduler-${name}`;
    const connect = () => store.openWriter(lane);
    return { name: lane, connect, log: logger, clock, onFailure, onFlush: watcher.lane(lane) };
  }
}

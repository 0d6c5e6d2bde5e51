import { type Clock, sleep, type Timer } from "@switchyard/clock";
import type { Pool } from "@switchyard/postgres";
import { SwitchyardError } from "@switchyard/errors";
import type { Logger } from "pino";
import type { EventRow } from "../../store/event-row.js";
import type { GroupPage, GroupRow } from "../../store/aggregate-query.js";
import { readRollups, type RollupQuery } from "../../store/read-rollups.js";
import type { ShardStore } from "../../store/shard-store.js";
import type { Term } from "../../store/term.js";
import type { CoreState } from "../core/core-state.js";
import type { FinalState } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";
import type { CoreEvent } from "../core/writes.js";
import type { EventFeed } from "../shard/event-feed.js";
import { groupOf, matches } from "./groups.js";
import { type EndedCounts, QueueTotals } from "./queue-totals.js";
import { rollupRows } from "./rollup-rows.js";
import { type EndEvent, SumTable, type UnknownSubject } from "./sum-table.js";
import type { Sums } from "./sums.js";

/** What the sums of a term work with. */
export interface TermRollupsOptions {
  readonly store: ShardStore;
  readonly pool: Pool;
  readonly term: Term;
  readonly state: CoreState;
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From the end of a write to the next one, ms. Default 1 s. */
  readonly intervalMs?: number;
}

/** Sums that are not written yet. */
interface Batch {
  readonly table: SumTable;
  /** The last event in it; infinite while it takes more. */
  upTo: number;
}

/** Sums of a part of a page, and whether there are more groups behind it. */
export interface SumsPage {
  readonly rows: readonly GroupRow[];
  readonly unwritten: readonly { readonly key: readonly string[]; readonly sums: Sums }[];
  readonly more: boolean;
}

/** Entries at which a batch is written before its time, so that no write stops the process for long. */
const fullBatch = 5_000;
/** Events after which the cursor is written although nothing changed, so that a next owner need not read them. */
const cursorEvery = 100_000;
/** Rounds after which it is written in any case. */
const cursorRounds = 60;

/**
 * The sums of a shard during a term: folds the events of ends in memory, and adds them to the tables about once a second, in one statement that also
 * moves the cursor. Whoever owns the shard next folds the events behind the cursor again, so an end counts once, whatever dies in between.
 *
 * A read adds what is not written yet to what is. The statement says which event the table is up to; what is in memory up to there is left out.
 */
export class TermRollups {
  readonly #options: TermRollupsOptions;
  readonly #vanished = new Set<string>();
  readonly #totals = new QueueTotals();
  #pending: Batch;
  #writing: Batch | undefined;
  #cursor = 0;
  #loaded: Promise<void> | undefined;
  /** Ends that were published while the load was on its way; they are folded behind what it reads, in the order in which they happened. */
  #early: EndEvent[] | undefined = [];
  #timer: Timer | undefined;
  #round: Promise<void> = Promise.resolve();
  #rounds = 0;
  #hurried = false;
  #stopped = false;
  #wake = new Set<() => void>();
  #unsubscribe: () => void = () => undefined;

  constructor(options: TermRollupsOptions) {
    this.#options = options;
    this.#pending = this.#newBatch();
  }

  /** Begins to fold. What happened before is read in the background. */
  start(): void {
    const { feed } = this.#options;
    const before = feed.published;
    this.#unsubscribe = feed.subscribe((events) => {
      for (const event of events) this.#fold(event);
      for (const wake of this.#wake) wake();
      if (this.#pending.table.size > fullBatch && !this.#hurried) {
        this.#hurried = true;
        this.#writeSoon(0);
      }
    });
    this.#loaded = this.#load(before);
    this.#loaded.then(
      () => this.#writeSoon(this.#intervalMs),
      () => undefined,
    );
  }

  /** Ends at once. What is not written is folded from the events by the next owner. */
  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#unsubscribe();
    for (const wake of this.#wake) wake();
  }

  /** Ended jobs of a queue by state, of those that are kept. */
  async endedCounts(space: Namespace, queue: string): Promise<EndedCounts> {
    await this.#current();
    return this.#totals.of(space.id, queue);
  }

  /** Sums by group: those in the table, and those to be added. */
  async sums(query: RollupQuery, page: GroupPage): Promise<SumsPage> {
    await this.#current();
    const batches = [this.#writing, this.#pending].filter((batch) => batch !== undefined);
    if (query.cube === "subject") for (const { table } of batches) await this.#lookUpSubjects(table);
    const { pool, term } = this.#options;
    const { upTo, groups: rows } = await readRollups(pool, term.shard, query, page);
    const unwritten = batches
      .filter((batch) => batch.upTo > upTo)
      .flatMap(({ table }) => [...table.cube(query.cube)])
      .filter(({ key }) => key.ns === query.ns && matches(key, query.filter))
      .map(({ key, sums }) => ({ key: groupOf(key, query.groups), sums }));
    return { rows, unwritten, more: rows.length === page.limit };
  }

  /** The partitions of a bucket are gone. */
  forget(bucket: number): void {
    this.#totals.forget(bucket);
    this.#writing?.table.forget(bucket);
    this.#pending.table.forget(bucket);
  }

  /** Writes what has been folded, and up to where that is; returns when it is durable. For whoever can't wait for the next round. */
  async write(): Promise<void> {
    await this.#loaded;
    this.#options.clock.clearTimeout(this.#timer);
    this.#round = this.#round.then(() => this.#writeOnce(true));
    await this.#round;
  }

  get #intervalMs(): number {
    return this.#options.intervalMs ?? 1_000;
  }

  #newBatch(): Batch {
    return { table: new SumTable(this.#vanished), upTo: Number.POSITIVE_INFINITY };
  }

  #fold(event: CoreEvent): void {
    const end = endOf(event);
    if (!end) return;
    if (this.#early) this.#early.push(end);
    else this.#add(end);
  }

  #add(end: EndEvent): void {
    // The end that is taken back may wait for its subject in the batch before.
    const { ns, serial, facts } = end;
    if (facts.subject !== undefined) this.#writing?.table.known({ ns, serial, bucket: facts.bucket }, facts.subject);
    this.#pending.table.fold(end);
    this.#totals.fold(end);
  }

  /**
   * Returns when everything is folded that was on its way when it was called: whoever has seen the end of a job finds it in the sums.
   */
  async #current(): Promise<void> {
    await this.#loaded;
    const { feed } = this.#options;
    const last = feed.next - 1;
    while (feed.published < last) {
      if (this.#stopped) throw termEnded();
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wake.delete(wake);
          resolve();
        };
        this.#wake.add(wake);
      });
    }
  }

  /** Reads cursor and totals, and folds what happened behind the cursor. Tried until it works or the term ends. */
  async #load(before: number): Promise<void> {
    for (;;) {
      try {
        return await this.#tryToLoad(before);
      } catch (error) {
        if (this.#stopped) throw termEnded();
        this.#options.logger.warn({ err: error }, "the sums could not be loaded; tried again");
        await sleep(this.#options.clock, this.#intervalMs);
      }
    }
  }

  async #tryToLoad(before: number): Promise<void> {
    const { store, term, logger } = this.#options;
    const spaces = new Map([...this.#options.state.spaces.values()].map((space) => [space.id, space]));
    const { upTo, totals } = await store.readQueueTotals(term.shard);
    const ends: EndEvent[] = [];
    if (upTo < before) {
      for await (const step of store.readEvents(term.shard, upTo, before)) {
        if ("lostUpTo" in step) {
          logger.error({ from: upTo, upTo: step.lostUpTo }, "events were dropped before they were summed up");
          continue;
        }
        for (const row of step.events) {
          const end = endOfRow(spaces.get(row.ns), row);
          if (end) ends.push(end);
        }
      }
    }
    // From here on nothing can fail: it is added as a whole.
    for (const { ns, queue, bucket, state, n } of totals) this.#totals.add(ns, queue, bucket, state as FinalState, n);
    for (const end of ends) this.#add(end);
    for (const end of this.#early ?? []) this.#add(end);
    this.#early = undefined;
    this.#cursor = upTo;
  }

  #writeSoon(ms: number): void {
    this.#options.clock.clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#round = this.#round.then(() => this.#writeOnce()).then(() => this.#writeSoon(this.#intervalMs));
    }, ms);
  }

  /** Writes the pending batch. One that could not be written stays, and is tried again before anything else. */
  async #writeOnce(isWanted = false): Promise<void> {
    if (this.#stopped) return;
    const { store, term, feed, logger } = this.#options;
    this.#hurried = false;
    if (!this.#writing) {
      const behind = feed.published - this.#cursor;
      const overdue = (behind > 0 && isWanted) || behind > cursorEvery || (behind > 0 && ++this.#rounds > cursorRounds);
      if (this.#pending.table.size === 0 && !overdue) return;
      this.#writing = this.#pending;
      this.#writing.upTo = feed.published;
      this.#pending = this.#newBatch();
    }
    const { table, upTo } = this.#writing;
    try {
      await this.#lookUpSubjects(table);
      await store.writeRollups(term, this.#cursor, upTo, rollupRows(table));
      this.#cursor = upTo;
      this.#writing = undefined;
      this.#rounds = 0;
    } catch (error) {
      if (!this.#stopped) logger.warn({ err: error }, "the sums could not be written; tried again");
    }
  }

  async #lookUpSubjects(table: SumTable): Promise<void> {
    const spaces = new Map<number, UnknownSubject[]>();
    for (const job of table.unknown()) {
      const jobs = spaces.get(job.ns);
      if (jobs) jobs.push(job);
      else spaces.set(job.ns, [job]);
    }
    for (const [ns, jobs] of spaces) {
      const found = await this.#readSubjects(ns, jobs);
      for (const job of jobs) table.known(job, found.get(job.serial));
    }
  }

  #readSubjects(ns: number, jobs: readonly UnknownSubject[]): Promise<Map<number, string>> {
    const buckets = [...new Set(jobs.map(({ bucket }) => bucket))];
    return this.#options.store.readSubjects(
      ns,
      buckets,
      jobs.map(({ serial }) => serial),
    );
  }
}

function termEnded(): SwitchyardError {
  return new SwitchyardError("SHARD_LOST", "the term ended; repeat the call", {}, { retryAfterMs: 100 });
}

function endOf({ type, space, serial, previous, state, kind, shape, facts }: CoreEvent): EndEvent | undefined {
  if (!facts) return undefined;
  const { queue } = shape;
  const omitSubject = shape.site.queue.settings.omitSubjectAggregates;
  return { type, ns: space.id, serial, previous, state, kind, queue, omitSubject, facts };
}

function endOfRow(space: Namespace | undefined, { shapeId, ...event }: EventRow): EndEvent | undefined {
  const shape = space?.shapes.get(shapeId);
  return space && shape && endOf({ ...event, space, shape });
}

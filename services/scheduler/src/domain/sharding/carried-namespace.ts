import { randomUUID } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";
import type { Pool } from "@switchyard/postgres";
import { beginArrival, completeArrival } from "../../store/arrivals.js";
import {
  bucketsOf,
  type CopyRoute,
  copyEvents,
  copyJobs,
  copyRequests,
  copyTable,
  dropCopied,
  eventSegments,
  eventsFloorOf,
} from "../../store/copy-namespace.js";
import { noteDeparture } from "../../store/departures.js";
import { readEndOf, rowOf } from "../../store/move-namespace.js";
import { closedTables } from "../../store/namespace-tables.js";
import { makePartitionsForArrival, type Partition } from "../../store/partitions.js";
import { beginMove, commitMove, findMove } from "../../store/placements.js";
import { readEvents } from "../../store/read-events.js";
import type { Term } from "../../store/term.js";

/** A namespace that is to be carried to another database. */
export interface CarriedOptions {
  /** The home database. */
  readonly home: Pool;
  readonly from: Pool;
  readonly to: Pool;
  readonly namespace: string;
  /** The shard that it leaves. */
  readonly source: number;
  /** The shard that it goes to. */
  readonly target: number;
}

/** The source's term at a moment. */
export interface TermMoment {
  /** The last event up to which all were published. */
  readonly published: number;
  /** The time, ms. */
  readonly now: number;
}

/** As few jobs touched meanwhile can be copied while the namespace is closed. */
const fewJobs = 500;
/** How often jobs that were touched meanwhile are copied anew before it is closed, though they don't get fewer. */
const mostRounds = 10;
/** Jobs that are copied anew at once. */
const jobChunk = 5_000;
/** Requests as young as this may be on their way to the table still, ms: many times as long as a flush may take. */
const requestMarginMs = 60_000;

/**
 * A namespace on its way to another database: copies its history while it is in use, then what was touched meanwhile, which the events tell, and the rest while it is
 * closed. The copy has a number of its own at the target and nobody loads it before it is taken in.
 */
export class CarriedNamespace {
  /** Rows that were copied so far. */
  rows = 0;
  readonly #options: CarriedOptions;
  readonly #route: CopyRoute;
  readonly #move: string;
  readonly #buckets = new Set<number>();
  /** Jobs are copied as they are behind this event, and all earlier events. */
  #upTo = 0;
  /** Requests that are older than this are copied, ms. */
  #requestsUntil = 0;

  private constructor(options: CarriedOptions, route: CopyRoute, move: string) {
    this.#options = options;
    this.#route = route;
    this.#move = move;
  }

  /** Begins; what was begun before can't be committed any more. Undefined: the namespace does not live in the source. */
  static async begin(options: CarriedOptions): Promise<CarriedNamespace | undefined> {
    const { home, from, to, namespace, source, target } = options;
    // In this order: a namespace whose row is here was taken in, so the move that has brought it is done with.
    const before = await findMove(home, namespace);
    const row = await rowOf(from, namespace);
    const move = randomUUID();
    if (row?.shard !== source || !(await beginMove(home, namespace, source, before.move, move))) return undefined;
    const as = await beginArrival(to, namespace, target, move);
    return new CarriedNamespace(options, { from, ns: row.ns, to, as }, move);
  }

  /** Copies while the namespace is in use, until little has been touched meanwhile; tells the number of rows now and then. */
  async *copyInUse(moment: () => TermMoment): AsyncGenerator<number> {
    const { published, now } = moment();
    this.#upTo = published;
    this.#requestsUntil = now - requestMarginMs;
    await this.#makeBuckets();
    for (const bucket of this.#buckets)
      for (const table of ["jobs", "amendments", "outcomes"]) {
        this.rows += await copyTable(this.#route, table, `bucket = ${bucket}`);
        yield this.rows;
      }
    this.rows += await copyTable(this.#route, "dead_letters");
    this.rows += await copyRequests(this.#route, 0, this.#requestsUntil);
    let after = 0;
    for (const { shard, upTo } of await eventSegments(this.#route, this.#options.source)) {
      this.rows += await copyEvents(this.#route, shard, after, Math.min(upTo, published));
      after = upTo;
      yield this.rows;
    }
    for (let round = 0; round < mostRounds; round++) {
      const touched = await this.#catchUp(moment().published);
      yield this.rows;
      if (touched <= fewJobs) return;
    }
  }

  /**
   * Copies the rest behind the end of a term, and commits. False: not all is in the sums yet, and nothing was done.
   *
   * @throws SwitchyardError `SHARD_LOST` when it may not be committed, since another move was begun or the shard has another owner
   */
  async copyRestAndCommit(term: Term): Promise<boolean> {
    const { home, namespace, source, target, from } = this.#options;
    const { last, isSummed } = await readEndOf(from, source);
    if (!isSummed) return false;
    await noteDeparture(from, term, { ns: this.#route.ns, name: namespace });
    await this.#catchUp(last);
    this.rows += await copyRequests(this.#route, this.#requestsUntil, Number.POSITIVE_INFINITY);
    const buckets = await bucketsOf(this.#route);
    await dropCopied(
      this.#route,
      [...this.#buckets].filter((bucket) => !buckets.includes(bucket)),
    );
    for (const table of closedTables) this.rows += await copyTable(this.#route, table);
    const serialFloor = (await rowOf(from, namespace))?.serialFloor ?? 0;
    const eventsFloor = await eventsFloorOf(this.#route, source);
    await completeArrival(this.#options.to, this.#route.as, { serialFloor, upTo: last, eventsFloor });
    if (await commitMove(home, namespace, source, target, this.#move)) return true;
    throw new SwitchyardError("SHARD_LOST", "the move was called off or begun anew by another call; repeat it");
  }

  /** Copies jobs anew that events up to a number tell of, and those events. Returns the number of jobs. */
  async #catchUp(upTo: number): Promise<number> {
    const { from, source } = this.#options;
    const touched = new Set<number>();
    if (upTo > this.#upTo) {
      for await (const step of readEvents(from, source, this.#upTo, upTo)) {
        if ("lostUpTo" in step)
          throw new SwitchyardError("SHARD_LOST", "events were dropped while they were copied; repeat the call");
        for (const { ns, serial } of step.events) if (ns === this.#route.ns) touched.add(serial);
      }
      await this.#makeBuckets();
      const serials = [...touched];
      for (let i = 0; i < serials.length; i += jobChunk)
        this.rows += await copyJobs(this.#route, [...this.#buckets], serials.slice(i, i + jobChunk));
      this.rows += await copyEvents(this.#route, source, this.#upTo, upTo);
      this.#upTo = upTo;
    }
    return touched.size;
  }

  /** Makes the partitions of all buckets at the target. */
  async #makeBuckets(): Promise<void> {
    const fresh = (await bucketsOf(this.#route)).filter((bucket) => !this.#buckets.has(bucket));
    await makePartitionsForArrival(
      this.#options.to,
      fresh.map((number): Partition => ({ of: "bucket", number })),
    );
    for (const bucket of fresh) this.#buckets.add(bucket);
  }
}

import { SwitchyardError } from "@switchyard/errors";
import type { Logger } from "pino";
import type { ScheduleRow } from "../../store/schedule-rows.js";
import type { Namespace } from "../core/namespace.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { type CatchUp, dueTicks } from "./due-ticks.js";
import { makeTicks, type TickRequest, ticksPerWrite } from "./make-ticks.js";
import {
  checkQuota,
  doneUntil,
  goesOn,
  type Schedule,
  type ScheduleDefinition,
  scheduleFromRow,
  scheduleNotFound,
} from "./schedule.js";
import { ScheduleTimer } from "./schedule-timer.js";
import { createTimetable } from "./timetable.js";
import { Turns } from "../shard/turns.js";

/** Pause before ticks whose jobs were refused are tried again, ms. */
const refusedPauseMs = 5_000;

/** What the schedules of a term work with. */
export interface TermSchedulesOptions {
  readonly term: ShardTerm;
  readonly request: TickRequest;
  /** Ticks that are no later than this are made whatever the catch-up policy says, ms. */
  readonly graceMs: number;
  readonly logger: Logger;
}

/**
 * The schedules of a shard during one term: kept in memory, ticked at their times, changed by clients. What happens to one schedule happens
 * in turns, so a change never meets a tick half-way; what fails to be written ends the term, as everywhere.
 */
export class TermSchedules {
  readonly #options: TermSchedulesOptions;
  readonly #bySpace = new Map<number, Map<string, Schedule>>();
  readonly #turns = new Turns();
  readonly #timer: ScheduleTimer;
  #ended = false;

  constructor(options: TermSchedulesOptions) {
    this.#options = options;
    const { term } = options;
    this.#timer = new ScheduleTimer(
      term.clock,
      () => isValid(term),
      (schedule) => {
        void this.#inTurn(schedule.space, schedule.name, () => this.#tick(schedule));
      },
    );
  }

  /** Takes over what is stored. Each one is looked at at once: its ticks may have passed while nobody owned the shard. */
  load(rows: readonly ScheduleRow[]): void {
    const spaces = new Map([...this.#options.term.state.spaces.values()].map((space) => [space.id, space]));
    for (const row of rows) {
      const space = spaces.get(row.ns);
      if (!space) throw new Error(`schedule ${row.name} names namespace ${row.ns}, which is not loaded`);
      const schedule = scheduleFromRow(space, row);
      this.#of(space).set(schedule.name, schedule);
      if (!row.paused) this.#timer.set(schedule, 0);
    }
  }

  /** Makes no more ticks; writes that are on the way may still succeed. */
  end(): void {
    this.#ended = true;
    this.#timer.stop();
  }

  /** The schedules of a namespace, by name. */
  list(space: Namespace): Schedule[] {
    return [...this.#of(space).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The next tick of a schedule, ms; undefined while it is paused. */
  nextTick(schedule: Schedule): number | undefined {
    const { cron, timeZone, paused } = schedule.definition;
    if (paused) return undefined;
    schedule.next ??= createTimetable(cron, timeZone).next(schedule.doneUntil);
    return schedule.next;
  }

  /**
   * Creates or replaces a schedule; the timetable must have been checked. The first tick is the first one after now. One that replaces another goes on
   * where that one stood if it ticks at the same times, so that a client may say it again at each of its starts and no tick comes twice or not at all.
   * @throws SwitchyardError `ALREADY_EXISTS` without `replace`, `QUOTA_EXCEEDED`, `SHARD_LOST`.
   */
  put(space: Namespace, name: string, definition: ScheduleDefinition, replace: boolean): Promise<Schedule> {
    return this.#inTurn(space, name, async () => {
      const known = this.#of(space);
      const old = known.get(name);
      if (old && !replace)
        throw new SwitchyardError("ALREADY_EXISTS", `there is a schedule ${name} already`, { schedule: name });
      checkQuota(
        [...known.values()].filter((other) => other !== old),
        definition,
      );
      // What was due under the old times is made under them.
      if (old && !goesOn(old.definition, definition)) await this.#makePunctual(old);
      const schedule = await this.#store(space, name, definition, old);
      known.set(name, schedule);
      this.#await(schedule);
      return schedule;
    });
  }

  /** Deletes a schedule. @throws SwitchyardError `SCHEDULE_NOT_FOUND`, `SHARD_LOST`. */
  delete(space: Namespace, name: string): Promise<void> {
    return this.#inTurn(space, name, async () => {
      const schedule = this.#of(space).get(name);
      if (!schedule) throw scheduleNotFound(name);
      const { term } = this.#options;
      await this.#write(() => term.store.deleteSchedule(term.term, space.id, name));
      schedule.deleted = true;
      this.#timer.clear(schedule);
      this.#of(space).delete(name);
    });
  }

  /** One look at a schedule: makes what is due, a part of it when that is much, and sees to it that it is looked at again. */
  async #tick(schedule: Schedule): Promise<void> {
    if (this.#ended || schedule.deleted || schedule.definition.paused) return;
    const { term, request } = this.#options;
    try {
      const now = term.clock.now();
      if (schedule.due.length === 0) schedule.due = this.#due(schedule, schedule.definition.catchUp, now);
      const ticks = schedule.due.slice(0, ticksPerWrite(schedule.definition.spec));
      if (ticks.length > 0) await makeTicks(term, schedule, ticks, request);
      else doneUntil(schedule, Math.max(schedule.doneUntil, now));
      schedule.due = schedule.due.slice(ticks.length);
      this.#await(schedule);
    } catch (error) {
      if (this.#ended) return;
      // As if nothing ran: the policy says what becomes of the ticks once they can be made again.
      this.#tellRefused(schedule, error);
      schedule.due = [];
      this.#timer.set(schedule, term.clock.now() + refusedPauseMs);
    }
  }

  /** Makes what is due and hardly late. */
  async #makePunctual(schedule: Schedule): Promise<void> {
    if (schedule.definition.paused) return;
    const { term, request } = this.#options;
    try {
      const ticks = this.#due(schedule, "NONE", term.clock.now());
      if (ticks.length > 0) await makeTicks(term, schedule, ticks, request);
    } catch (error) {
      if (this.#ended) throw error;
      // The new definition is not to blame for the old one's spec.
      this.#tellRefused(schedule, error);
    }
  }

  #due({ definition, doneUntil: after }: Schedule, catchUp: CatchUp, now: number): readonly number[] {
    const timetable = createTimetable(definition.cron, definition.timeZone);
    return dueTicks(timetable, catchUp, after, now, this.#options.graceMs);
  }

  async #store(space: Namespace, name: string, definition: ScheduleDefinition, old: Schedule | undefined) {
    const { term } = this.#options;
    const { lastTick = 0, lastSerial = 0 } = old?.stored ?? {};
    const before = old?.doneUntil ?? 0;
    const until = old && goesOn(old.definition, definition) ? before : Math.max(before, term.clock.now());
    const row = { ns: space.id, name, ...definition, doneUntil: until, lastTick, lastSerial };
    await this.#write(() => term.store.putSchedule(term.term, row));
    const schedule = old ?? scheduleFromRow(space, row);
    Object.assign(schedule, { definition, stored: { doneUntil: until, lastTick, lastSerial }, due: [] });
    doneUntil(schedule, until);
    return schedule;
  }

  /** Sets the time of the next look. */
  #await(schedule: Schedule): void {
    const next = schedule.due[0] ?? this.nextTick(schedule);
    if (next === undefined) this.#timer.clear(schedule);
    else this.#timer.set(schedule, next);
  }

  /** Makes a change durable. Memory can't be trusted after a write that failed, so that ends the term. */
  async #write(write: () => Promise<void>): Promise<void> {
    const { term } = this.#options;
    term.assertValid();
    try {
      await write();
    } catch (error) {
      term.abandon(new Error("a schedule could not be written", { cause: error }));
      term.assertValid();
      throw error;
    }
  }

  #tellRefused({ space, name }: Schedule, error: unknown): void {
    this.#options.logger.warn({ err: error, namespace: space.name, schedule: name }, "ticks could not be made");
  }

  #of(space: Namespace): Map<string, Schedule> {
    const known = this.#bySpace.get(space.id) ?? new Map<string, Schedule>();
    this.#bySpace.set(space.id, known);
    return known;
  }

  #inTurn<T>(space: Namespace, name: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(`${space.id}:${name}`, work);
  }
}

function isValid(term: ShardTerm): boolean {
  try {
    term.assertValid();
    return true;
  } catch {
    return false;
  }
}

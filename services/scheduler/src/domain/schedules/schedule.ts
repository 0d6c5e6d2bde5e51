import { SwitchyardError } from "@switchyard/errors";
import type { ScheduleRow } from "../../store/schedule-rows.js";
import type { Namespace } from "../core/namespace.js";
import type { Timer } from "../core/timers.js";

/** What a client says about a schedule. */
export type ScheduleDefinition = Pick<ScheduleRow, "cron" | "timeZone" | "catchUp" | "paused" | "spec">;

/** How far a schedule is, as it is stored. Times in ms, 0 for none. */
export type ScheduleProgress = Pick<ScheduleRow, "doneUntil" | "lastTick" | "lastSerial">;

/** A schedule in the memory of a term. */
export interface Schedule {
  readonly space: Namespace;
  readonly name: string;
  definition: ScheduleDefinition;
  /** What the table says: changes when a write is durable. */
  stored: ScheduleProgress;
  /** Ticks up to here have been dealt with, ms; ahead of what is stored when ticks were left out. */
  doneUntil: number;
  /** The tick after that, once it was asked for. */
  next: number | undefined;
  /** Ticks that were found due and are still to be made, oldest first. */
  due: readonly number[];
  /** When it is looked at next; undefined while it is paused or worked on. */
  timer: Timer<Schedule> | undefined;
  deleted: boolean;
}

/** The schedule of a row. */
export function scheduleFromRow(space: Namespace, row: ScheduleRow): Schedule {
  const { name, cron, timeZone, catchUp, paused, spec, doneUntil, lastTick, lastSerial } = row;
  return {
    space,
    name,
    definition: { cron, timeZone, catchUp, paused, spec },
    stored: { doneUntil, lastTick, lastSerial },
    doneUntil,
    next: undefined,
    due: [],
    timer: undefined,
    deleted: false,
  };
}

/** Ticks up to a time have been dealt with, and none of those before is due any more. */
export function doneUntil(schedule: Schedule, at: number): void {
  schedule.doneUntil = at;
  schedule.next = undefined;
}

/** Whether a definition ticks at the same times as the one before it, and neither is paused: then nothing begins anew. */
export function goesOn(old: ScheduleDefinition, next: ScheduleDefinition): boolean {
  return old.cron === next.cron && old.timeZone === next.timeZone && !old.paused && !next.paused;
}

/** Most schedules of a namespace, and most bytes of their specs: all of them are in memory. */
const maxSchedules = 10_000;
const maxSpecBytes = 64 * 1024 * 1024;

/** @throws SwitchyardError `QUOTA_EXCEEDED` when there is no room for a definition beside the others of its namespace. */
export function checkQuota(others: readonly Schedule[], { spec }: ScheduleDefinition): void {
  const bytes = others.reduce((sum, { definition }) => sum + definition.spec.byteLength, spec.byteLength);
  if (others.length < maxSchedules && bytes <= maxSpecBytes) return;
  const words = `a namespace has at most ${maxSchedules} schedules, whose specs have at most ${maxSpecBytes} bytes together`;
  throw new SwitchyardError("QUOTA_EXCEEDED", words, { limit: String(maxSchedules) });
}

/** The error of a schedule that is not there. */
export function scheduleNotFound(name: string): SwitchyardError {
  return new SwitchyardError("SCHEDULE_NOT_FOUND", `there is no schedule ${name}`, { schedule: name });
}

import { SwitchyardError } from "@switchyard/errors";
import { Cron } from "croner";

/** The ticks of one cron expression in one time zone. Times in ms since 1970, always whole seconds. */
export interface Timetable {
  /** The first tick after a time; undefined when there is none. */
  next(afterMs: number): number | undefined;
  /** The last tick up to and including a time; undefined when there is none. */
  last(untilMs: number): number | undefined;
}

/**
 * Makes a timetable. `cron` has five fields (minute, hour, day of the month, month, day of the week) or six, with the second in front.
 * `timeZone` is an IANA name; empty is UTC.
 *
 * Where clocks change, croner's rules hold, which are those of Vixie cron:
 *
 * - A *fixed time* (one plain number each for second, minute and hour, such as `30 2 * * *`) has one tick on every day that it names. A time that is
 *   skipped ticks when the gap ends; a time that comes twice ticks the first time.
 * - Everything else (a list, range, step or star in one of the three, such as `0 1,2 * * *`) goes with the clock on the wall. What is skipped does not
 *   tick; what comes twice ticks twice, so that "every five minutes" goes on through a repeated hour.
 *
 * @throws SwitchyardError `INVALID_ARGUMENT` with the field, for an expression or zone that is none, and for an expression that never ticks, such as
 * the 30th of February.
 */
export function createTimetable(cron: string, timeZone: string): Timetable {
  const zone = timeZone || "UTC";
  const key = `${zone} ${cron}`;
  const known = shared.get(key);
  if (known) return known;
  const timetable = parse(cron, zone);
  for (const oldest of shared.keys()) {
    if (shared.size < maxShared) break;
    shared.delete(oldest);
  }
  shared.set(key, timetable);
  return timetable;
}

/** A parsed expression takes 80 kB (a table of years), and most schedules tick by one of a few: they share it. Oldest out. */
const shared = new Map<string, Timetable>();
const maxShared = 256;

function parse(cron: string, zone: string): Timetable {
  checkZone(zone);
  const parsed = parseCron(cron, zone);
  // Schedules of one timetable stand at the same tick and ask the same question, one after the other.
  let asked = Number.NaN;
  let answer: number | undefined;
  const timetable: Timetable = {
    next: (afterMs) => {
      if (afterMs !== asked) answer = parsed.nextRun(new Date(afterMs))?.getTime();
      asked = afterMs;
      return answer;
    },
    // croner looks strictly before its reference.
    last: (untilMs) => parsed.previousRuns(1, new Date(untilMs + 1))[0]?.getTime(),
  };
  if (timetable.next(0) === undefined) throw invalid("schedule.cron", "names no time that ever comes");
  return timetable;
}

function parseCron(cron: string, zone: string): Cron {
  const fields = cron.trim().split(/\s+/).length;
  // croner also takes nicknames, and a date as a schedule of one tick; the contract knows neither.
  if (fields < 5 || fields > 6 || /[:@]/.test(cron))
    throw invalid("schedule.cron", "must have five or six fields separated by spaces");
  try {
    // Without a zone croner reckons five times faster.
    const where = zone === "UTC" ? { utcOffset: 0 } : { timezone: zone };
    return new Cron(cron.trim(), { ...where, mode: "5-or-6-parts" });
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    throw invalid("schedule.cron", words);
  }
}

function checkZone(zone: string): void {
  try {
    // Some versions of the engine take offsets such as +02:00, which are no IANA names.
    if (/^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat("en-US", { timeZone: zone })) return;
  } catch {
    // Falls through to the refusal.
  }
  throw invalid("schedule.time_zone", `"${zone}" is not an IANA time zone`);
}

function invalid(field: string, message: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `${field}: ${message}`, { field });
}

import { bucketAt, dayMs, type RetentionFamily } from "../../../../scheduler/src/domain/core/retention-bucket.js";

/** The jobs of one day: serials from `from` on, `finished` and `waiting` of them mixed evenly. */
export interface DayPlan {
  readonly bucket: number;
  /** Serial of the first job. */
  readonly from: number;
  readonly finished: number;
  readonly waiting: number;
  /** Creation of the first job, microseconds since 1970. */
  readonly firstMicros: number;
  /** Between the creations of two neighbours, microseconds. */
  readonly stepMicros: number;
}

/** What to spread over the last days. */
export interface Amounts {
  readonly finished: number;
  readonly waiting: number;
}

/** Days that have finished jobs. */
const days = 10;
/** The last ones of them that have waiting jobs too. */
const waitingDays = 5;
/** The youngest job is this old, ms, so that all its ends lie in the past. */
const settledMs = 60_000;

/** Spreads jobs over days, the last of which is today; serials rise with time, from `from` on. */
export function planDays(
  { finished, waiting }: Amounts,
  family: RetentionFamily,
  now: number,
  from: number,
): readonly DayPlan[] {
  const today = Math.floor(now / dayMs);
  let next = from;
  return Array.from({ length: days }, (_, i) => {
    const startMs = (today - days + 1 + i) * dayMs;
    const untilMs = Math.min(startMs + dayMs, now) - settledMs;
    const isWaitingDay = i >= days - waitingDays;
    const plan = dayPlan(
      {
        finished: part(finished, days, i),
        waiting: isWaitingDay ? part(waiting, waitingDays, i - days + waitingDays) : 0,
      },
      { bucket: bucketAt(family, startMs), from: next, startMs, untilMs: Math.max(untilMs, startMs + 1_000) },
    );
    next += plan.finished + plan.waiting;
    return plan;
  }).filter((plan) => plan.finished + plan.waiting > 0);
}

/** Jobs that were all created on one day, `daysAgo` days before now. */
export function planOldDay(
  finished: number,
  family: RetentionFamily,
  now: number,
  daysAgo: number,
  from: number,
): DayPlan {
  const startMs = (Math.floor(now / dayMs) - daysAgo) * dayMs;
  const span = { bucket: bucketAt(family, startMs), from, startMs, untilMs: startMs + dayMs - settledMs };
  return dayPlan({ finished, waiting: 0 }, span);
}

function dayPlan(
  { finished, waiting }: Amounts,
  { startMs, untilMs, ...rest }: { bucket: number; from: number; startMs: number; untilMs: number },
): DayPlan {
  const step = ((untilMs - startMs) * 1_000) / Math.max(1, finished + waiting);
  // Whole milliseconds where there is room, as calls that come one by one have them.
  const stepMicros = step < 1_000 ? Math.max(1, Math.floor(step)) : Math.floor(step / 1_000) * 1_000;
  return { ...rest, finished, waiting, firstMicros: startMs * 1_000, stepMicros };
}

/** The `i`th of `n` parts of a number that differ by one at most. */
function part(whole: number, n: number, i: number): number {
  return Math.floor(((i + 1) * whole) / n) - Math.floor((i * whole) / n);
}

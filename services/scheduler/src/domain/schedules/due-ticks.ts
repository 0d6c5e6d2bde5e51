import type { Timetable } from "./timetable.js";

/** What happens to ticks that passed while nothing ran; the names are those of the contract. */
export type CatchUp = "NONE" | "LAST" | "ALL";

/** Most ticks that `ALL` makes up for; older ones are left out. */
export const maxCatchUp = 1_000;

/**
 * The ticks to be made now, oldest first: those after `afterMs`, up to which all have been dealt with, and not after `now`.
 *
 * While the oldest of them is at most `graceMs` late, nothing has stood still: a timer was slow, or the shard changed its owner. All are made then,
 * whatever the policy, so that an ordinary restart costs nobody a tick. If it is later, nothing ran for a while, and the policy
 * says what happens to all of them: to the newest ones too, since half of an outage is no outage of its own.
 */
export function dueTicks(
  timetable: Timetable,
  catchUp: CatchUp,
  afterMs: number,
  now: number,
  graceMs: number,
): readonly number[] {
  const oldest = timetable.next(afterMs);
  if (oldest === undefined || oldest > now) return [];
  if (now - oldest <= graceMs) return ticksFrom(timetable, oldest, now);
  switch (catchUp) {
    case "NONE":
      return [];
    case "LAST":
      return newest(timetable, afterMs, now, 1);
    case "ALL":
      return newest(timetable, afterMs, now, maxCatchUp);
  }
}

/** From the newest back: a schedule of seconds that stood still for a month has missed millions. */
function newest(timetable: Timetable, afterMs: number, now: number, most: number): number[] {
  const ticks: number[] = [];
  let tick = timetable.last(now);
  while (tick !== undefined && tick > afterMs && ticks.length < most) {
    ticks.push(tick);
    tick = timetable.last(tick - 1);
  }
  return ticks.reverse();
}

function ticksFrom(timetable: Timetable, first: number, now: number): number[] {
  const ticks: number[] = [];
  for (let tick: number | undefined = first; tick !== undefined && tick <= now; tick = timetable.next(tick))
    ticks.push(tick);
  return ticks;
}

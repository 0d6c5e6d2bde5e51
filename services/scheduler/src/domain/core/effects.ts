import { dispatch } from "./dispatch.js";
import type { Lane } from "./lane.js";
import { readyEvents } from "./release.js";
import { type CoreEvent, type ReleaseRecord, reportWrite, type Write } from "./writes.js";

/** What a committed write, or the time, makes possible. */
export interface Effects {
  /** Lanes in which jobs may start. */
  readonly lanes: Set<Lane>;
  /** Writes that follow. */
  readonly writes: Write[];
  /** Jobs that have come further while they waited; all of them in one of those writes. */
  release: { readonly write: Write; readonly releases: ReleaseRecord[]; readonly events: CoreEvent[] } | undefined;
}

/** No effects yet. */
export function createEffects(): Effects {
  return { lanes: new Set(), writes: [], release: undefined };
}

/** A job has come further. From now on a write about it is on the way, so that nobody else lets it go on too. */
export function addRelease(effects: Effects, now: number, release: ReleaseRecord): void {
  if (!effects.release) {
    const releases: ReleaseRecord[] = [];
    const events: CoreEvent[] = [];
    effects.release = { write: reportWrite({ releases, events }), releases, events };
    effects.writes.push(effects.release.write);
  }
  const { write, releases, events } = effects.release;
  releases.push(release);
  events.push(...readyEvents(now, [release]));
  release.job.pending = write;
}

/** Gives what may start to those who wait for it; returns all the writes that follow. */
export function writesOf({ lanes, writes }: Effects, now: number): Write[] {
  if (lanes.size > 0) writes.push(...dispatch(now, lanes));
  return writes;
}

import { dispatch } from "./dispatch.js";
import type { Lane } from "./lane.js";
import { readyEvents } from "./release.js";
import { type ReleaseRecord, reportWrite, type Write } from "./writes.js";

/** What a committed write, or the time, makes possible. */
export interface Effects {
  /** Lanes in which jobs may start. */
  readonly lanes: Set<Lane>;
  /** Writes that follow. */
  readonly writes: Write[];
  /** Jobs that have come further while they waited; all of them in one write. */
  readonly releases: ReleaseRecord[];
}

/** No effects yet. */
export function createEffects(): Effects {
  return { lanes: new Set(), writes: [], releases: [] };
}

/** Gives what may start to those who wait for it; returns all the writes that follow. */
export function writesOf({ lanes, writes, releases }: Effects, now: number): Write[] {
  if (releases.length > 0) writes.push(releaseWrite(now, releases));
  if (lanes.size > 0) writes.push(...dispatch(now, lanes));
  return writes;
}

function releaseWrite(now: number, releases: readonly ReleaseRecord[]): Write {
  const write = reportWrite({ releases, events: readyEvents(now, releases) });
  for (const { job } of releases) job.pending = write;
  return write;
}

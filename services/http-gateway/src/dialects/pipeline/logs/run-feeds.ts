import type { CoreAccess } from "../core-access.js";
import type { Run } from "../runs/read-run.js";
import { createRunFeed, type OwnedRunFeed, type RunFeed } from "./run-feed.js";

/** The runs that somebody follows at this moment. */
export interface RunFeeds {
  /** Begins to read a run. `leave` ends it; to be called once. */
  join(run: Run): { readonly feed: RunFeed; readonly leave: () => void };
  /** The feed of a run that goes on, for one who asks again and again. It stays for a while after the last question. */
  ask(runId: string): RunFeed | undefined;
  /** Keeps a feed of a run for those who will ask for it soon. */
  keep(run: Run): void;
}

interface Entry {
  readonly feed: OwnedRunFeed;
  readers: number;
  /** Ends the stay of those who ask. */
  stay: NodeJS.Timeout | undefined;
}

/** Who polls comes back within this time, in milliseconds, or not at all. */
const stayMs = 5_000;

/** Very many readers get their turns less often, so that a turn is worth the writing; none waits longer than this. */
const maxPaceMs = 200;
const readersPerMs = 5;

/** Keeps one feed for each run, for as long as it has readers. */
export function createRunFeeds(context: CoreAccess & { readonly stopping: AbortSignal }): RunFeeds {
  const feeds = new Map<string, Entry>();
  let readers = 0;
  const deps = { ...context, paceMs: () => Math.min(maxPaceMs, readers / readersPerMs) };

  const enter = (run: Run): Entry => {
    const known = feeds.get(run.runId);
    // A pipeline run that is tried again keeps its id, and readers of its first life may still be here.
    const isPast = known?.feed.end !== undefined || known?.feed.isGone === true;
    const entry: Entry =
      known === undefined || isPast ? { feed: createRunFeed(deps, run), readers: 0, stay: undefined } : known;
    feeds.set(run.runId, entry);
    entry.readers += 1;
    readers += 1;
    return entry;
  };
  const leave = (runId: string, entry: Entry) => {
    entry.readers -= 1;
    readers -= 1;
    if (entry.readers > 0) return;
    if (feeds.get(runId) === entry) feeds.delete(runId);
    entry.feed.close();
  };
  const endStay = (runId: string, entry: Entry) => () => {
    entry.stay = undefined;
    leave(runId, entry);
  };

  return {
    join(run) {
      const entry = enter(run);
      return { feed: entry.feed, leave: () => leave(run.runId, entry) };
    },
    ask(runId) {
      const entry = feeds.get(runId);
      if (entry === undefined || entry.feed.end !== undefined || entry.feed.isGone) return undefined;
      entry.stay?.refresh();
      return entry.feed;
    },
    keep(run) {
      const entry = enter(run);
      if (entry.stay === undefined) {
        entry.stay = setTimeout(endStay(run.runId, entry), stayMs).unref();
      } else {
        entry.stay.refresh();
        leave(run.runId, entry);
      }
    },
  };
}

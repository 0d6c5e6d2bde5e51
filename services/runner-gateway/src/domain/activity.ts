import type { Clock, Timer } from "@switchyard/clock";
import { outsideTraces } from "@switchyard/tracing";
import type { ActivityChange, LostAttempt } from "../store/write-activity.js";
import { runnerKey } from "./runner-record.js";

/** Gathers signs of life and counters of all runners and writes them in shared statements. */
export interface Activity {
  /** The runner called just now. */
  touch(namespace: string, runnerId: string): void;
  /** The runner signed off: it is not present until its next call. */
  leave(namespace: string, runnerId: string): void;
  /** The runner ended attempts. */
  count(namespace: string, runnerId: string, ended: { readonly completed: number; readonly failed: number }): void;
  /** Attempts were taken from a runner; may be told more than once. */
  lost(lost: readonly LostAttempt[]): void;
  /** Writes what has been gathered; settles when it can be read. Rejects when the database refuses. */
  flush(): Promise<void>;
  /** Writes the rest and ends the timer. */
  stop(): Promise<void>;
}

/** What {@link createActivity} needs. */
export interface ActivityDeps {
  readonly write: (changes: readonly ActivityChange[]) => Promise<void>;
  readonly countLost: (lost: readonly LostAttempt[]) => Promise<void>;
  readonly clock: Clock;
  /** Told of a write that failed; its changes are kept for the next one. */
  readonly onError: (error: unknown) => void;
  /** Shortest time between two writes that nobody waits for. Default 1 s: what a crash may lose of the counters. */
  readonly intervalMs?: number;
}

/**
 * Creates the gatherer. A thousand busy runners cost one statement a second; who reads a runner calls `flush` first and so
 * sees its own calls.
 */
export function createActivity(deps: ActivityDeps): Activity {
  const { clock, intervalMs = 1_000 } = deps;
  let changes = new Map<string, Gathered>();
  let lost: LostAttempt[] = [];
  let lastWriteMs = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;
  let writing: Promise<void> | undefined;
  let stopped = false;

  /** What has been gathered about a runner since the last write; to be changed in place, which a call does more than once. */
  function changeOf(namespace: string, runnerId: string): Gathered {
    const key = runnerKey(namespace, runnerId);
    let change = changes.get(key);
    if (change === undefined) {
      change = { namespace, runnerId, seenAtMs: undefined, present: undefined, completed: 0, failed: 0 };
      changes.set(key, change);
    }
    arm();
    return change;
  }

  function arm(): void {
    if (stopped || timer !== undefined) return;
    const waitMs = Math.max(0, lastWriteMs + intervalMs - clock.monotonicMs());
    timer = clock.setTimeout(() => {
      timer = undefined;
      outsideTraces(flush).catch(deps.onError);
    }, waitMs);
  }

  async function write(): Promise<void> {
    const batch = changes;
    const gone = lost;
    changes = new Map();
    lost = [];
    lastWriteMs = clock.monotonicMs();
    // In the same order on every replica, so that two of them never wait for each other.
    const keys = [...batch.keys()].sort();
    try {
      if (keys.length > 0) await deps.write(keys.map((key) => batch.get(key) as ActivityChange));
    } catch (error) {
      for (const [key, change] of batch) {
        const newer = changes.get(key);
        changes.set(key, newer === undefined ? change : merge(change, newer));
      }
      lost = [...gone, ...lost];
      arm();
      throw error;
    }
    try {
      if (gone.length > 0) await deps.countLost(gone);
    } catch (error) {
      lost = [...gone, ...lost];
      arm();
      throw error;
    }
  }

  async function flush(): Promise<void> {
    // What was gathered after the write under way began is in none yet.
    while (writing !== undefined) await writing.catch(() => undefined);
    if (changes.size === 0 && lost.length === 0) return;
    writing = write().finally(() => {
      writing = undefined;
    });
    await writing;
  }

  return {
    touch(namespace, runnerId) {
      const change = changeOf(namespace, runnerId);
      change.seenAtMs = clock.wallMs();
      change.present = true;
    },
    leave(namespace, runnerId) {
      const change = changeOf(namespace, runnerId);
      change.seenAtMs = clock.wallMs();
      change.present = false;
    },
    count(namespace, runnerId, { completed, failed }) {
      const change = changeOf(namespace, runnerId);
      change.completed += completed;
      change.failed += failed;
    },
    lost(more) {
      if (more.length === 0) return;
      lost.push(...more);
      arm();
    },
    flush,
    async stop() {
      stopped = true;
      clock.clearTimeout(timer);
      await flush().catch(deps.onError);
    },
  };
}

type Gathered = { -readonly [Name in keyof ActivityChange]: ActivityChange[Name] };

/** What was gathered first, with what came later. */
function merge(earlier: ActivityChange, later: ActivityChange): Gathered {
  return {
    ...earlier,
    seenAtMs: later.seenAtMs ?? earlier.seenAtMs,
    present: later.present ?? earlier.present,
    completed: earlier.completed + later.completed,
    failed: earlier.failed + later.failed,
  };
}

import type { Attempt } from "../attempt.js";
import { estimateReportBytes } from "./report-bytes.js";
import { addReports, type ReportItem } from "./report-item.js";
import { unsentOf } from "./unsent-reports.js";

/** Attempts of which something is to be reported, in the order in which they are served. */
export interface UnsentQueue {
  /** Attempts in it. */
  readonly size: number;
  /** Adds one at the end; one that is in it stays where it is. */
  add(attempt: Attempt): void;
  /** Puts attempts before all others; those that are in it stay where they are. */
  addFirst(attempts: readonly Attempt[]): void;
  /** Takes from the front what fits in a call. Attempts with reports in another call that is under way keep their places. */
  take(): ReportItem[];
  /** Takes all attempts out. */
  clear(): readonly Attempt[];
}

/** The most reports that a call carries. */
export const maxReports = 1_000;
const maxBytes = 1024 * 1024;

/** Makes an empty queue. */
export function createUnsentQueue(): UnsentQueue {
  let queued: Attempt[] = [];

  /** Adds the reports of an attempt to a call; answers their size in bytes, or undefined when the call is full. */
  const fit = (attempt: Attempt, items: ReportItem[], bytes: number): number | undefined => {
    const before = items.length;
    let size = 0;
    addReports(attempt, items);
    for (let i = before; i < items.length; i++) size += estimateReportBytes(items[i] as ReportItem);
    if (before === 0 || (items.length <= maxReports && bytes + size <= maxBytes)) return size;
    items.length = before;
    return undefined;
  };

  return {
    get size() {
      return queued.length;
    },
    add(attempt) {
      const unsent = unsentOf(attempt);
      if (unsent.isQueued) return;
      unsent.isQueued = true;
      queued.push(attempt);
    },
    addFirst(attempts) {
      const added = attempts.filter((attempt) => !unsentOf(attempt).isQueued);
      for (const attempt of added) unsentOf(attempt).isQueued = true;
      queued = [...added, ...queued];
    },
    take() {
      const items: ReportItem[] = [];
      const heldBack: Attempt[] = [];
      let bytes = 0;
      let passed = 0;
      for (const attempt of queued) {
        const unsent = unsentOf(attempt);
        if (unsent.isSending) heldBack.push(attempt);
        else {
          const size = fit(attempt, items, bytes);
          if (size === undefined) break;
          bytes += size;
          unsent.sent();
        }
        passed++;
      }
      queued = [...heldBack, ...queued.slice(passed)];
      return items;
    },
    clear() {
      const all = queued;
      for (const attempt of all) unsentOf(attempt).isQueued = false;
      queued = [];
      return all;
    },
  };
}

import { estimateReportBytes } from "./report-bytes.js";
import type { ReportItem, UnsentReports } from "./unsent-reports.js";

/** Attempts of which something is to be reported, in the order in which they are served. */
export interface UnsentQueue {
  /** Attempts in it. */
  readonly size: number;
  /** Adds one at the end; one that is in it stays where it is. */
  add(unsent: UnsentReports): void;
  /** Puts attempts before all others; those that are in it stay where they are. */
  addFirst(unsent: readonly UnsentReports[]): void;
  /** Takes from the front what fits in a call. Attempts with reports in another call that is under way keep their places. */
  take(): ReportItem[];
  /** Takes all attempts out. */
  clear(): readonly UnsentReports[];
}

/** The most reports that a call carries. */
export const maxReports = 1_000;
const maxBytes = 1024 * 1024;

/** Makes an empty queue. */
export function createUnsentQueue(): UnsentQueue {
  let queued: UnsentReports[] = [];

  /** Adds the reports of an attempt to a call; answers their size in bytes, or undefined when the call is full. */
  const fit = (unsent: UnsentReports, items: ReportItem[], bytes: number): number | undefined => {
    const before = items.length;
    let size = 0;
    unsent.addTo(items);
    for (let i = before; i < items.length; i++) size += estimateReportBytes(items[i] as ReportItem);
    if (before === 0 || (items.length <= maxReports && bytes + size <= maxBytes)) return size;
    items.length = before;
    return undefined;
  };

  return {
    get size() {
      return queued.length;
    },
    add(unsent) {
      if (unsent.isQueued) return;
      unsent.isQueued = true;
      queued.push(unsent);
    },
    addFirst(all) {
      const added = all.filter(({ isQueued }) => !isQueued);
      for (const unsent of added) unsent.isQueued = true;
      queued = [...added, ...queued];
    },
    take() {
      const items: ReportItem[] = [];
      const heldBack: UnsentReports[] = [];
      let bytes = 0;
      let passed = 0;
      for (const unsent of queued) {
        if (unsent.isSending) heldBack.push(unsent);
        else {
          const size = fit(unsent, items, bytes);
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
      queued = [];
      return all;
    },
  };
}

import type { Say } from "../events/event-rule.js";
import { endsAttempt } from "../job-event.js";
import type { WatchedEvent } from "../observation.js";
import type { Told, ToldEvent } from "../told.js";
import type { HistoryRule } from "./history-rule.js";
import { LimitSettings, whenClaimed } from "./limit-settings.js";

/**
 * When an attempt begins, fewer attempts hold each of its concurrency keys than the key may have had seats at that moment; and at the end exactly the live
 * attempts hold seats. Looks at jobs whose spec is known. Calls that overlap with the claim may or may not have counted.
 */
export const seats: HistoryRule = {
  name: "seats",
  check(told, say) {
    const settings = new LimitSettings(told);
    if (!settings.isEmpty)
      for (const [namespace, events] of told.events) neverOver(told, settings, namespace, events, say);
    neverLeaked(told, say);
  },
};

function neverOver(
  told: Told,
  settings: LimitSettings,
  namespace: string,
  events: readonly ToldEvent[],
  say: Say,
): void {
  const holders = new Map<string, Map<string, WatchedEvent>>();
  for (const event of events) {
    const { seen } = event;
    const { job, type } = seen.event;
    for (const key of told.jobs.get(job)?.spec?.concurrencyKeys ?? []) {
      const held = holders.get(key) ?? new Map<string, WatchedEvent>();
      holders.set(key, held);
      if (type === "CLAIMED") {
        const possible = settings.possible(namespace, key, whenClaimed(told, event));
        const most = Math.max(...possible.map((limit) => limit?.seats ?? Infinity));
        if (held.size >= most)
          say(
            `Job ${job} took seat ${held.size + 1} of ${most} of key ${key}.`,
            ...[...held.values()].slice(0, 4),
            seen,
          );
        held.set(job, seen);
      } else if (type === "ENDED" || type === "DELETED" || endsAttempt(seen.event)) held.delete(job);
    }
  }
}

function neverLeaked({ jobs, history: { end } }: Told, say: Say): void {
  if (!end?.limits) return;
  for (const { namespace, key, held } of end.limits) {
    // The default of many keys holds nothing itself.
    if (key.endsWith("*")) continue;
    const running = end.jobs.filter((job) => job.namespace === namespace && job.state === "RUNNING");
    const specs = running.map(({ job }) => jobs.get(job)?.spec);
    const named = specs.filter((spec) => spec?.concurrencyKeys?.includes(key)).length;
    const unknown = specs.filter((spec) => spec === undefined).length;
    if (held < named || held > named + unknown)
      say(`${held} seats of key ${key} are taken at the end, and ${named} running jobs have it.`);
  }
}

import type { EventRule } from "../events/event-rule.js";
import type { HistoryRule } from "./history-rule.js";
import { isFinal } from "../job-event.js";
import type { JobSpec } from "../job-spec.js";
import type { WatchedEvent } from "../observation.js";
import type { Told } from "../told.js";

/**
 * A job that may join an open one of its key is new only when no open job has that key. A job that was opened again may have lost its key to another. Looks
 * at jobs whose spec is known, with keys that callers gave.
 */
export function oneOpenForKey(told: Told): EventRule {
  const open = new Map<string, Map<string, WatchedEvent>>();
  return {
    name: "reuse-keys",
    check(life, seen, say) {
      const { type, job, state } = seen.event;
      const spec = told.jobs.get(job)?.spec;
      if (spec?.reuseKey === undefined || !spec.reuseStates?.length) return;
      const name = `${seen.namespace}\n${spec.reuseKey}`;
      const holders = open.get(name) ?? new Map<string, WatchedEvent>();
      open.set(name, holders);
      if (type === "SUBMITTED") {
        const [other] = holders.values();
        if (other && spec.reuseStates.includes("ACTIVE"))
          say(`Job ${job} is new, and the open job ${other.event.job} has its key ${spec.reuseKey}.`, other, seen);
        if (life.whole) holders.set(job, seen);
      } else if (isFinal(state) || type === "DELETED") holders.delete(job);
    },
  };
}

/** A job that stands for an item has the item's key, and has been in a state that the item accepts. */
export const standInsFit: HistoryRule = {
  name: "reuse-keys",
  check(told, say) {
    for (const { call, answer } of told.callsOf("submit")) {
      for (const [i, { job: id, disposition }] of (answer?.jobs ?? []).entries()) {
        if (disposition !== "JOINED" && disposition !== "CACHED" && disposition !== "AMENDED") continue;
        const item = call.request.items[i];
        const job = told.jobs.get(id);
        if (!answer || !item || !job?.spec) continue;
        if (item.reuseKey !== undefined && job.spec.reuseKey !== undefined && item.reuseKey !== job.spec.reuseKey)
          say(`Job ${id} of key ${job.spec.reuseKey} stands for an item of key ${item.reuseKey}.`, call, answer);
        if (disposition === "CACHED" && !mayHaveEndedSo(told, id, item))
          say(`Job ${id} stands for an item, and it never ended in a state that this accepts.`, call, answer);
      }
    }
  },
};

function mayHaveEndedSo({ jobs, history: { end } }: Told, id: string, { reuseStates = [] }: JobSpec): boolean {
  const job = jobs.get(id);
  if (!job || !end?.eventsComplete || !end.namespaces.includes(job.namespace)) return true;
  return job.events.some(({ seen }) => isFinal(seen.event.state) && reuseStates.includes(seen.event.state));
}

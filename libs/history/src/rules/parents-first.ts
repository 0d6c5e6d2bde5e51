import type { EventRule, Say } from "../events/event-rule.js";
import type { JobLife } from "../events/job-life.js";
import { isFinal, type JobState } from "../job-event.js";
import type { Parent } from "../job-spec.js";
import type { WatchedEvent } from "../observation.js";
import type { Told, ToldJob } from "../told.js";

/**
 * A job goes on only when each of its parents has ended in a state that satisfies it, and ends by a parent only when one has ended in another. A deleted
 * parent counts as cancelled. Looks at jobs whose spec is known; a parent of which not all events are known may have ended in any state, and so may
 * one that was an item of the same call, when nobody can tell which job it became.
 */
export function parentsFirst(told: Told): EventRule {
  /** How each job has ended so far; it may have been reopened since. */
  const ends = new Map<string, Set<JobState>>();
  const note = ({ event }: WatchedEvent) => {
    const state = event.type === "DELETED" ? "CANCELLED" : event.state;
    if (!isFinal(state)) return;
    ends.set(event.job, (ends.get(event.job) ?? new Set()).add(state));
  };
  return {
    name: "parents-first",
    check(life, seen, say) {
      const { type, job, reason } = seen.event;
      const child = told.jobs.get(job);
      if (child?.spec?.parents && life.reopened === 0) {
        if (goesOn(life, seen))
          forEachParent(told, child, (parent, id) => mustSatisfy({ parent, id, seen, ends }, say));
        if (type === "ENDED" && reason === "PARENT") mustHaveFailed(told, child, seen, ends, say);
      }
      note(seen);
    },
  };
}

type Ends = ReadonlyMap<string, ReadonlySet<JobState>>;

/** Whether the event says that the job does not wait for its parents (any more). */
function goesOn(life: JobLife, { event }: WatchedEvent): boolean {
  if (event.type === "SUBMITTED") return event.state !== "BLOCKED";
  return event.type === "CLAIMED" || (event.type === "READY" && life.state === "BLOCKED");
}

/** Calls back with each parent whose events are all known. */
function forEachParent(told: Told, child: ToldJob, look: (parent: Parent, id: string) => void): void {
  for (const [i, parent] of (child.spec?.parents ?? []).entries()) {
    const id = child.parents[i];
    const known = id === undefined ? undefined : told.jobs.get(id);
    if (id !== undefined && known?.events[0]?.seen.event.type === "SUBMITTED") look(parent, id);
  }
}

function satisfying({ satisfiedBy = [] }: Parent): readonly JobState[] {
  return satisfiedBy.length > 0 ? satisfiedBy : ["SUCCEEDED"];
}

function mustSatisfy(
  {
    parent,
    id,
    seen,
    ends,
  }: { readonly parent: Parent; readonly id: string; readonly seen: WatchedEvent; readonly ends: Ends },
  say: Say,
): void {
  const states = [...(ends.get(id) ?? [])];
  if (states.some((state) => satisfying(parent).includes(state))) return;
  const has = states.length > 0 ? `has ended ${states.join(", ")}` : "has not ended";
  say(`${seen.event.type} of job ${seen.event.job} came although its parent ${id} ${has}.`, seen);
}

function mustHaveFailed(told: Told, child: ToldJob, seen: WatchedEvent, ends: Ends, say: Say): void {
  const { parents = [] } = child.spec ?? {};
  let known = 0;
  let isRight = false;
  forEachParent(told, child, (parent, id) => {
    known++;
    const failed = [...(ends.get(id) ?? [])].some((state) => !satisfying(parent).includes(state));
    isRight ||= failed && (parent.otherwise ?? "CANCELLED") === seen.event.state;
  });
  if (isRight || known < parents.length) return;
  say(`Job ${child.id} ended ${seen.event.state} by a parent, and none ended so that this follows.`, seen);
}

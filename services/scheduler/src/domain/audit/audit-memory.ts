import type { Lane } from "../core/lane.js";
import type { OpenJob } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";
import type { Queue, Standing } from "../core/queue.js";

/** Something that should agree and does not. */
export interface Finding {
  /** What disagrees; the label of the metric. */
  readonly sort: "seats" | "runners" | "counts" | "lists" | "open-rows" | "lease-rows";
  readonly message: string;
}

/**
 * Compares what the memory of a namespace says twice: seats with live attempts, runners with what they hold, counts with jobs, lists with their sizes. Looks at every object
 * and every list's length, but at no single waiting job.
 *
 * Of lanes and groups there may be a million: memory may go on at each `yield`. Nothing is found that only differs because of that, since what is compared is
 * compared within one step: a lane with itself, and at the end the counts with a sum that follows what changes (`core/list-recount.ts`).
 */
export function* auditMemory(space: Namespace): Generator<undefined, Finding[], undefined> {
  const live = [...space.objects()].filter(({ live: attempt }) => attempt !== undefined);
  const findings = [...auditSeats(space, live), ...auditRunners(space, live)];
  for (const lane of space.allLanes()) {
    findings.push(...auditLane(lane));
    yield;
  }
  // Nothing may come between the sum and the comparison.
  const listed = yield* space.lanes.recount();
  findings.push(...auditCounts(space, listed));
  return findings;
}

function auditSeats(space: Namespace, live: readonly OpenJob[]): Finding[] {
  const findings: Finding[] = [];
  const expected = new Map<string, number>();
  for (const { live: attempt } of live)
    for (const key of attempt?.seats ?? [])
      if (key.sort === "concurrency") expected.set(key.name, (expected.get(key.name) ?? 0) + 1);
  for (const key of space.limits.keys()) {
    if (key.sort !== "concurrency") continue;
    const held = expected.get(key.name) ?? 0;
    expected.delete(key.name);
    if (key.holders.size !== held)
      findings.push({
        sort: "seats",
        message: `key ${key.name}: ${key.holders.size} seats taken, ${held} attempts live`,
      });
    const overshot = key.spec.seats !== undefined && key.open && key.holders.size >= key.spec.seats;
    if (overshot) findings.push({ sort: "seats", message: `key ${key.name} is full and open` });
  }
  for (const [name, held] of expected)
    findings.push({ sort: "seats", message: `key ${name} is unknown and ${held} live attempts hold it` });
  return findings;
}

function auditRunners(space: Namespace, live: readonly OpenJob[]): Finding[] {
  const findings: Finding[] = [];
  let held = 0;
  for (const runner of space.runners.values()) {
    held += runner.held.size;
    for (const attempt of runner.held) {
      if (attempt.job.live === attempt) continue;
      findings.push({
        sort: "runners",
        message: `runner ${runner.id} holds attempt ${attempt.number} of job ${attempt.job.serial}, which is over`,
      });
    }
  }
  if (held !== live.length)
    findings.push({ sort: "runners", message: `runners hold ${held} attempts, ${live.length} are live` });
  return findings;
}

function auditLane(lane: Lane): Finding[] {
  const findings: Finding[] = [];
  const { kind, size, head, site } = lane;
  const inGroups = lane.count();
  if (inGroups !== size)
    findings.push({
      sort: "lists",
      message: `lane ${kind} of queue ${site.queue.name} says ${size} jobs and lists ${inGroups}`,
    });
  if (head && head.jobs.size === 0)
    findings.push({ sort: "lists", message: `lane ${kind} of queue ${site.queue.name} has an empty head` });
  return findings;
}

function auditCounts(space: Namespace, listed: ReadonlyMap<Queue, number>): Finding[] {
  const findings: Finding[] = [];
  const counted = countObjects(space);
  for (const queue of space.shapes.queues.values()) {
    // A job that is being claimed or changed is in no list, and still counted as waiting until that is durable.
    const waiting = (listed.get(queue) ?? 0) + (counted.get(queue)?.queued ?? 0);
    if (queue.counts.queued !== waiting)
      findings.push({
        sort: "counts",
        message: `queue ${queue.name} counts ${queue.counts.queued} queued jobs, ${waiting} are listed`,
      });
    const objects = counted.get(queue);
    for (const standing of ["blocked", "scheduled", "claimed", "started"] as const) {
      const count = objects?.[standing] ?? 0;
      if (queue.counts[standing] !== count)
        findings.push({
          sort: "counts",
          message: `queue ${queue.name} counts ${queue.counts[standing]} ${standing} jobs, ${count} are there`,
        });
    }
  }
  return findings;
}

/** Objects by where they stand; of the waiting ones only those that are in no list. */
function countObjects(space: Namespace): Map<Queue, Partial<Record<Standing, number>>> {
  const counts = new Map<Queue, Partial<Record<Standing, number>>>();
  for (const { standing, shape, slot } of space.objects()) {
    if (!standing || (standing === "queued" && space.table.groupId[slot] !== -1)) continue;
    const of = counts.get(shape.site.queue) ?? {};
    of[standing] = (of[standing] ?? 0) + 1;
    counts.set(shape.site.queue, of);
  }
  return counts;
}

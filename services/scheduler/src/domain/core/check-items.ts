import { SwitchyardError } from "@switchyard/errors";
import type { JobRequest } from "./admit.js";
import type { Namespace } from "./namespace.js";
import { type EndedFacts, findStandIn } from "./reuse.js";

/**
 * Refuses a batch that may not be admitted, before anything of it is: parents that do not exist, items that wait for each other in a circle, queues that
 * are full. Jobs that exist can't become part of a circle, since a job gets its parents only when it is admitted.
 */
export function checkItems(space: Namespace, items: readonly JobRequest[], facts: EndedFacts): void {
  const hasParents = items.some(({ parents }) => parents.length > 0);
  if (hasParents) checkParents(space, items, facts);
  const makers = items.some(({ reuse }) => reuse) ? makersOf(space, items, facts) : undefined;
  if (hasParents) checkCircles(items, makers);
  checkQuotas(space, items, makers);
}

/** For each item the one that makes its job. Undefined: a job stands for it already; for all of them: each makes its own, as in most calls. */
type Makers = readonly (number | undefined)[] | undefined;

/** An item makes its job itself, unless an earlier one has the same key. */
function makersOf(space: Namespace, items: readonly JobRequest[], facts: EndedFacts): Makers {
  const byKey = new Map<string, number>();
  return items.map(({ reuse }, i) => {
    if (!reuse) return i;
    if (findStandIn(space, reuse, facts)) return undefined;
    const first = byKey.get(reuse.key);
    if (first === undefined) byKey.set(reuse.key, i);
    return reuse.active ? (first ?? i) : i;
  });
}

function makerOf(makers: Makers, item: number): number | undefined {
  return makers ? makers[item] : item;
}

function checkParents(space: Namespace, items: readonly JobRequest[], facts: EndedFacts): void {
  for (const { parents } of items) {
    for (const parent of parents) {
      if ("item" in parent) {
        if (parent.item < items.length) continue;
        throw new SwitchyardError("DEPENDENCY_NOT_FOUND", `there is no item ${parent.item} in this call`, {
          item: String(parent.item),
        });
      }
      if (space.job(parent.serial) || facts.states.has(parent.serial)) continue;
      throw new SwitchyardError("DEPENDENCY_NOT_FOUND", `there is no job with the number ${parent.serial}`, {
        serial: String(parent.serial),
      });
    }
  }
}

/** Takes away items whose parents are away, until none is left or all that are left wait for each other. */
function checkCircles(items: readonly JobRequest[], makers: Makers): void {
  const waitsFor = items.map(({ parents }, i) => {
    // A job that is there already waits for nothing of this call.
    if (makerOf(makers, i) !== i) return [];
    return parents.flatMap((parent) => ("item" in parent ? (makerOf(makers, parent.item) ?? []) : []));
  });
  if (waitsFor.every((list) => list.length === 0)) return;
  const children: number[][] = items.map(() => []);
  for (const [child, parents] of waitsFor.entries()) for (const parent of parents) children[parent]?.push(child);
  const open = waitsFor.map((list) => list.length);
  const free = [...open.keys()].filter((i) => open[i] === 0);
  let left = items.length;
  for (let i = free.pop(); i !== undefined; i = free.pop()) {
    left--;
    for (const child of children[i] ?? []) {
      open[child] = (open[child] as number) - 1;
      if (open[child] === 0) free.push(child);
    }
  }
  if (left === 0) return;
  const circle = [...open.keys()].filter((i) => (open[i] as number) > 0).slice(0, 10);
  throw new SwitchyardError("DEPENDENCY_CYCLE", `items ${circle.join(", ")} wait for each other`, {
    items: circle.join(","),
  });
}

function checkQuotas(space: Namespace, items: readonly JobRequest[], makers: Makers): void {
  const wanted = new Map<string, number>();
  let name = items[0]?.shape.queue ?? "";
  let count = 0;
  for (let i = 0; i < items.length; i++) {
    const { queue } = (items[i] as JobRequest).shape;
    // Neighbours mostly go to one queue.
    if (queue !== name) {
      wanted.set(name, (wanted.get(name) ?? 0) + count);
      name = queue;
      count = 0;
    }
    if (makerOf(makers, i) === i) count++;
  }
  if (items.length > 0) wanted.set(name, (wanted.get(name) ?? 0) + count);
  for (const [name, count] of wanted) {
    const queue = space.queue(name);
    if (queue?.settings.draining)
      throw new SwitchyardError("WRONG_STATE", `queue ${name} is draining`, { queue: name, state: "DRAINING" });
    const limit = queue?.settings.maxOpenJobs ?? 0;
    if (!queue || limit === 0 || count === 0 || queue.open + count <= limit) continue;
    throw new SwitchyardError("QUOTA_EXCEEDED", `queue ${name} may have ${limit} open jobs and has ${queue.open}`, {
      queue: name,
      limit: String(limit),
    });
  }
}

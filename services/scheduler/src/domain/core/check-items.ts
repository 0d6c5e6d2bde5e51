import { SwitchyardError } from "@switchyard/errors";
import type { JobRequest } from "./admit.js";
import type { Namespace } from "./namespace.js";
import type { EndedFacts } from "./reuse.js";

/**
 * Refuses a batch that may not be admitted, before anything of it is: parents that do not exist, items that wait for each other in a circle, queues that
 * are full. Jobs that exist can't become part of a circle, since a job gets its parents only when it is admitted.
 */
export function checkItems(space: Namespace, items: readonly JobRequest[], facts: EndedFacts): void {
  checkParents(space, items, facts);
  checkCircles(items);
  checkQuotas(space, items);
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
function checkCircles(items: readonly JobRequest[]): void {
  if (items.every(({ parents }) => !parents.some((parent) => "item" in parent))) return;
  const jobs = jobsOfItems(items);
  const waitsFor = items.map(({ parents }, i) => {
    // An item that becomes another one's job waits for nothing.
    if (jobs[i] !== i) return [];
    return parents.flatMap((parent) => ("item" in parent ? [jobs[parent.item] ?? parent.item] : []));
  });
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

/** Which item becomes the job of each item: one that joins open jobs becomes that of an earlier item with its re-use key. */
function jobsOfItems(items: readonly JobRequest[]): number[] {
  const firsts = new Map<string, number>();
  return items.map(({ reuse }, i) => {
    const first = reuse && firsts.get(reuse.key);
    if (reuse && first === undefined) firsts.set(reuse.key, i);
    return reuse?.active && first !== undefined ? first : i;
  });
}

function checkQuotas(space: Namespace, items: readonly JobRequest[]): void {
  const wanted = new Map<string, number>();
  for (const { shape } of items) wanted.set(shape.queue, (wanted.get(shape.queue) ?? 0) + 1);
  for (const [name, count] of wanted) {
    const queue = space.queue(name);
    if (queue?.settings.draining)
      throw new SwitchyardError("WRONG_STATE", `queue ${name} is draining`, { queue: name, state: "DRAINING" });
    const limit = queue?.settings.maxOpenJobs ?? 0;
    if (!queue || limit === 0 || queue.open + count <= limit) continue;
    throw new SwitchyardError("QUOTA_EXCEEDED", `queue ${name} may have ${limit} open jobs and has ${queue.open}`, {
      queue: name,
      limit: String(limit),
    });
  }
}

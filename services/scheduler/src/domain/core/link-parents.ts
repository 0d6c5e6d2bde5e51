import type { Admission, JobRequest } from "./admit.js";
import type { Batch } from "./batch.js";
import type { FinalState, OpenJob, ParentEdge } from "./model.js";
import { tieToParents } from "./parents.js";

/** Ties the new jobs to those that they wait for; parents that have ended already count as ended. */
export function linkParents(batch: Batch, items: readonly JobRequest[]): void {
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as JobRequest;
    if (item.parents.length === 0) continue;
    const { job, disposition } = batch.admissions[i] as Admission;
    if (job && disposition === "CREATED") link(batch, job, item);
  }
}

function link({ facts, admissions }: Batch, job: OpenJob, { parents }: JobRequest): void {
  const edges = new Map<number, ParentEdge>();
  const ends = new Map<number, FinalState | undefined>();
  for (const request of parents) {
    const item = "item" in request ? (admissions[request.item] as Admission) : undefined;
    const parent = item ? item.serial : (request as { readonly serial: number }).serial;
    const { otherwise } = request;
    // Two items may have become the same job: it then has to end as both ask.
    const satisfiedBy = request.satisfiedBy.filter((end) => edges.get(parent)?.satisfiedBy.includes(end) ?? true);
    edges.set(parent, { parent, satisfiedBy, otherwise });
    ends.set(parent, item?.end ?? facts.states.get(parent));
  }
  tieToParents(job, [...edges.values()], ends);
  job.storedParents = job.parents;
}

import type { Admission, JobRequest } from "./admit.js";
import type { Batch } from "./batch.js";
import type { FinalState, OpenJob, ParentEdge } from "./model.js";

/** Ties the new jobs to those that they wait for; parents that have ended already count as ended. */
export function linkParents(batch: Batch, items: readonly JobRequest[]): void {
  for (const [i, item] of items.entries()) {
    const { job, disposition } = batch.admissions[i] as Admission;
    if (job && disposition === "CREATED" && item.parents.length > 0) link(batch, job, item);
  }
}

function link({ space, facts, admissions }: Batch, job: OpenJob, { parents }: JobRequest): void {
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
  job.parents = [...edges.values()];
  for (const edge of job.parents) {
    if (space.job(edge.parent)) {
      job.openParents++;
      const children = space.children.get(edge.parent);
      if (children) children.push(job);
      else space.children.set(edge.parent, [job]);
      continue;
    }
    const end = ends.get(edge.parent);
    if (!end || !edge.satisfiedBy.includes(end)) job.failedParent ??= edge;
  }
}

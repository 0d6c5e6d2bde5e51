import type { FinalState, OpenJob, ParentEdge } from "./model.js";

/**
 * Ties a job to the jobs that it waits for. `ends` says how those have ended that are no longer open; one that it does not know counts as `CANCELLED`:
 * it was deleted.
 */
export function tieToParents(
  job: OpenJob,
  edges: readonly ParentEdge[],
  ends: ReadonlyMap<number, FinalState | undefined>,
): void {
  const { space } = job;
  job.parents = edges.filter((edge) => {
    if (space.job(edge.parent)) {
      space.children.add(edge.parent, job);
      return true;
    }
    return !hasSatisfied(job, edge, ends.get(edge.parent) ?? "CANCELLED");
  });
}

/** A parent has ended: the job waits for it no longer, or is going to end with it. */
export function parentEnded(job: OpenJob, parent: number, end: FinalState): void {
  job.parents = job.parents.filter((edge) => edge.parent !== parent || !hasSatisfied(job, edge, end));
}

function hasSatisfied(job: OpenJob, edge: ParentEdge, end: FinalState): boolean {
  if (edge.satisfiedBy.includes(end)) return true;
  job.failedParent ??= edge;
  return false;
}

import { emptyCollection, type EmptyDeps } from "./api/empty-collection.js";
import type { CollectionPaths } from "./api/paths.js";

/** What removing needs. */
export interface RemoveDeps extends EmptyDeps {
  readonly paths: CollectionPaths;
}

/**
 * Deletes the Jobs and pods that a selector names, and settles when none is left: a pod is only gone when its node has said that its
 * processes are, or when it was deleted by force. Repeats what fails until then.
 *
 * @param graceSeconds time between SIGTERM and SIGKILL. Default: what the pods were made with
 * @param signal ends the waiting; rejects with its reason
 */
export async function removeRuns(
  deps: RemoveDeps,
  labelSelector: string,
  { graceSeconds, signal }: { readonly graceSeconds?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const jobs = { path: deps.paths.jobs, labelSelector, how: { propagationPolicy: "Foreground" }, signal };
  const grace = graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds };
  const pods = { path: deps.paths.pods, labelSelector, how: grace, signal };
  // First the Jobs, so that none makes another pod; one stays in sight until its pods are gone.
  let jobsGone: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    jobsGone = emptyCollection(deps, { ...jobs, onAsked: resolve });
    jobsGone.catch(() => resolve());
  });
  await Promise.all([jobsGone, emptyCollection(deps, pods)]);
  // A pod that was made in the instant before its Job was deleted.
  await emptyCollection(deps, pods);
}

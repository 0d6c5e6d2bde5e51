import { JobFailure } from "@switchyard/client";
import { KubernetesError } from "./api/kubernetes-error.js";
import type { JobView, ObjectView } from "./api/objects.js";
import { withRetries } from "./api/with-retries.js";
import type { Cluster } from "./cluster.js";
import type { RunPlan } from "./job-manifest.js";
import { type AttemptName, attemptLabel, selectOtherAttempts } from "./names.js";
import { removeRuns } from "./remove-runs.js";

/** Unknown fields (of a template) are refused, not dropped. */
const strict = { fieldValidation: "Strict" };

/**
 * Removes the Jobs and pods of a job's earlier attempts and waits until they are gone: two attempts never run beside each other.
 *
 * @throws JobFailure when a later attempt is there: this one is over, and has not heard of it yet
 */
export async function removeEarlierAttempts(cluster: Cluster, lease: AttemptName, signal: AbortSignal): Promise<void> {
  const labelSelector = selectOtherAttempts(lease);
  const { api, paths } = cluster;
  const list = (path: string) =>
    withRetries(() => api.call<{ items: ObjectView[] }>("GET", path, { query: { labelSelector }, signal }), signal);
  const there = [...(await list(paths.jobs)).items, ...(await list(paths.pods)).items];
  if (there.length === 0) return;
  const attempts = there.map(({ metadata }) => Number(metadata.labels?.[attemptLabel]));
  if (Math.max(...attempts) > lease.attempt)
    throw new JobFailure(`attempt ${Math.max(...attempts)} of the job is there already`);
  await removeRuns(cluster, labelSelector, { signal });
}

/** Makes the Job, and the Secret that it owns. A Job that is there already is the answer to an earlier try of this call. */
export async function submitRun(
  cluster: Cluster,
  { job, secret, name }: RunPlan,
  signal: AbortSignal,
): Promise<JobView> {
  const { api, paths } = cluster;
  const made = await createOnce<JobView>(cluster, paths.jobs, name, job, signal);
  if (secret === undefined) return made;
  const owner = { apiVersion: "batch/v1", kind: "Job", name, uid: made.metadata.uid };
  const owned = { ...secret, metadata: { ...secret.metadata, ownerReferences: [owner] } };
  const create = () => api.call("POST", paths.secrets, { query: strict, body: owned });
  await withRetries(create, signal).catch((error: unknown) => {
    if (!isConflict(error)) throw error;
  });
  return made;
}

async function createOnce<T extends ObjectView>(
  { api, owner }: Cluster,
  path: string,
  name: string,
  body: object,
  signal: AbortSignal,
): Promise<T> {
  try {
    // Not cut off by the signal: what was made must be known, to be removed.
    return await withRetries(() => api.call<T>("POST", path, { query: strict, body }), signal);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const there = await withRetries(() => api.call<T>("GET", `${path}/${name}`), signal);
    if (Object.values(there.metadata.labels ?? {}).includes(owner.instance)) return there;
    throw new JobFailure(`${name} is there already and is not this runner's`, { retryable: true, cause: error });
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 409;
}

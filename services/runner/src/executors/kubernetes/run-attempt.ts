import { type JobContext, JobFailure } from "@switchyard/client";
import { createMask } from "@switchyard/masking";
import { KubernetesError } from "./api/kubernetes-error.js";
import type { TerminatedView } from "./api/objects.js";
import type { Cluster } from "./cluster.js";
import { planRun } from "./job-manifest.js";
import type { KubernetesInput } from "./kubernetes-input.js";
import { createRunLog } from "./log/run-log.js";
import { selectRun } from "./names.js";
import { removeRuns } from "./remove-runs.js";
import { runStateOf, terminatedOf } from "./run-state.js";
import type { RunView } from "./run-view.js";
import { removeEarlierAttempts, submitRun } from "./submit-run.js";
import { failureOf, type KubernetesResult, resultOf } from "./verdict.js";
import { waitForEnd } from "./wait-for-end.js";

/**
 * Runs one attempt as a Kubernetes Job. Settles only when the container has ended by itself or, when the attempt is stopped or fails in
 * another way, when its pod is gone.
 *
 * @throws JobFailure for every end but exit code 0
 */
export async function runAttempt(
  cluster: Cluster,
  context: JobContext,
  input: KubernetesInput,
): Promise<KubernetesResult> {
  const { lease, signal } = context;
  const plan = planRun({ ...cluster, lease, input, traceParent: context.traceParent });
  const secrets = Object.values(plan.secret?.stringData ?? {});
  const mask = createMask(secrets).text;
  const toResult = (end: TerminatedView, { pod }: RunView) =>
    resultOf(end, { pod: pod?.metadata.name ?? "", node: pod?.spec?.nodeName }, mask);
  await removeEarlierAttempts(cluster, lease, signal).catch(rethrow);
  const view = cluster.open(plan.name);
  let isStopping = false;
  const log = createRunLog({
    ...{ cluster, context, view },
    mask: secrets.length === 0 ? undefined : mask,
    isStopping: () => isStopping,
  });
  try {
    signal.throwIfAborted();
    view.createdJob(await submitRun(cluster, plan, signal));
    const end = await waitForEnd({
      ...{ view, signal, startTimeoutMs: cluster.settings.startTimeoutMs },
      onStarted: log.follow,
      refresh: () => cluster.refresh(plan.name, signal),
      tell(words) {
        context.log("kubernetes").info(words);
        context.progress({ message: words });
      },
    });
    await log.finish();
    if (!plan.isKept) cluster.removeLater(plan.name);
    const result = toResult(end, view);
    if (result.exitCode === 0) return result;
    throw failureOf(result, input.retryableExitCodes);
  } catch (error) {
    const state = runStateOf(view);
    // An end by itself came before anything else; the pod has no processes.
    if (error instanceof JobFailure && state.kind === "ended") throw error;
    isStopping = true;
    await removeRuns(cluster, selectRun(plan.name), { graceSeconds: plan.graceSeconds });
    await log.finish();
    const end = terminatedOf(view.pod);
    if (signal.aborted) throw new JobFailure("stopped", end === undefined ? {} : { result: toResult(end, view) });
    return rethrow(error);
  } finally {
    log.stop();
    cluster.drop(plan.name);
  }
}

/** What the API server refuses for good fails the attempt with its words. */
function rethrow(error: unknown): never {
  if (!(error instanceof KubernetesError)) throw error;
  // A quota has room again when others have ended; credentials are renewed.
  const retryable = error.status === 401 || /exceeded quota/i.test(error.message);
  throw new JobFailure(`Kubernetes refuses the job (${error.status} ${error.reason}): ${error.message}`, {
    retryable,
    cause: error,
  });
}

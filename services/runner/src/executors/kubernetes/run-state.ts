import type { ConditionView, JobView, PodView, TerminatedView } from "./api/objects.js";
import { containerName } from "./job-manifest.js";

/** What is known of an attempt's Job and pod. */
export interface RunObjects {
  readonly job: JobView | undefined;
  readonly jobGone: boolean;
  /** As it was last, also when it is gone. */
  readonly pod: PodView | undefined;
  readonly podGone: boolean;
}

/** Where an attempt stands in the cluster. */
export type RunState =
  /** Nothing to say yet: no pod, or one whose container is being made. */
  | { readonly kind: "starting" }
  /** No node takes the pod; in the scheduler's words. It may still wait for one. */
  | { readonly kind: "unschedulable"; readonly message: string }
  /** The container can't start; `isFinal` when waiting mends nothing. */
  | { readonly kind: "blocked"; readonly reason: string; readonly message: string; readonly isFinal: boolean }
  | { readonly kind: "running" }
  /** The container ended by itself. */
  | { readonly kind: "ended"; readonly end: TerminatedView }
  /** The limit that the cluster keeps has passed. */
  | { readonly kind: "overdue" }
  /** Somebody or something else ended it: eviction, deletion, a lost node. */
  | { readonly kind: "lost"; readonly reason: string; readonly message: string };

const starting: RunState = { kind: "starting" };
/** Reasons of a waiting container that are part of an ordinary start. */
const ordinaryWaits = new Set(["ContainerCreating", "PodInitializing"]);
const finalWaits = new Set(["InvalidImageName", "ErrImageNeverPull"]);

/** Reads the state of an attempt off its objects. */
export function runStateOf({ job, jobGone, pod, podGone }: RunObjects): RunState {
  const failed = job?.status?.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
  if (failed?.reason === "DeadlineExceeded") return { kind: "overdue" };
  if (pod === undefined) {
    if (jobGone) return { kind: "lost", reason: "Deleted", message: "the Job was deleted before it had a pod" };
    return failed === undefined ? starting : lostBy(failed);
  }
  const state = containerOf(pod)?.state;
  if (podGone || state?.terminated !== undefined || isOver(pod)) return endOf(pod, state?.terminated, podGone);
  if (state?.running !== undefined) return { kind: "running" };
  const { reason = "", message = "" } = state?.waiting ?? {};
  if (reason !== "" && !ordinaryWaits.has(reason))
    return { kind: "blocked", reason, message, isFinal: finalWaits.has(reason) };
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False")
    return { kind: "unschedulable", message: scheduled.message ?? scheduled.reason ?? "" };
  return starting;
}

/** How the job's container ended, if it has. */
export function terminatedOf(pod: PodView | undefined): TerminatedView | undefined {
  return pod === undefined ? undefined : containerOf(pod)?.state?.terminated;
}

function containerOf({ status }: PodView) {
  return status?.containerStatuses?.find(({ name }) => name === containerName);
}

function endOf(pod: PodView, terminated: TerminatedView | undefined, podGone: boolean): RunState {
  const disruption = conditionOf(pod, "DisruptionTarget");
  if (disruption?.status === "True") return lostBy(disruption);
  // The kubelet names what it ended a pod for (`Evicted`, `NodeShutdown`, ...), or why it did not take it.
  const { reason, message } = pod.status ?? {};
  if (reason !== undefined && reason !== "") return { kind: "lost", reason, message: message ?? "" };
  if (terminated !== undefined && !wasDeletedBefore(pod, terminated)) return { kind: "ended", end: terminated };
  if (podGone || pod.metadata.deletionTimestamp !== undefined)
    return { kind: "lost", reason: "Deleted", message: "the pod was deleted" };
  return { kind: "lost", reason: "Failed", message: "the pod failed, and nothing is said of its container" };
}

/** Whether the end came after somebody asked for the pod's deletion, and so because of it. */
function wasDeletedBefore({ metadata }: PodView, { finishedAt }: TerminatedView): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  if (deletionTimestamp === undefined) return false;
  const askedAt = Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1_000;
  return finishedAt == null || Date.parse(finishedAt) >= askedAt;
}

function isOver({ status }: PodView): boolean {
  return status?.phase === "Failed" || status?.phase === "Succeeded";
}

function conditionOf({ status }: PodView, type: string): ConditionView | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

function lostBy({ reason = "", message = "" }: ConditionView): RunState {
  return { kind: "lost", reason, message };
}

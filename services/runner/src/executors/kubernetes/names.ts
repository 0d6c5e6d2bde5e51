import { createHash } from "node:crypto";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { ObjectOwner } from "./settings.js";

/** Label by which one attempt's objects are found: the name of its Job. */
export const runLabel = "switchyard/run";
/** Label of the runner process, over its lives. */
const runnerLabel = "switchyard/runner";
/** Label of one life of a runner process. */
const instanceLabel = "switchyard/instance";
const namespaceLabel = "switchyard/namespace";
const jobLabel = "switchyard/job";
/** Label with the number of the attempt. */
export const attemptLabel = "switchyard/attempt";

const longestLabel = 63;
const longestStem = 40;

/** What of a lease names an attempt. */
export type AttemptName = Pick<Lease, "namespace" | "jobId" | "attempt">;

/**
 * The name of an attempt's Job, Secret and container host: a DNS label that is the same whoever computes it. A readable part comes first;
 * the digest keeps apart what that part can't.
 */
export function runName({ namespace, jobId, attempt }: AttemptName): string {
  const stem = jobId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, longestStem)
    .replaceAll(/^-+|-+$/g, "");
  return `${stem === "" ? "job" : stem}-${digest(JSON.stringify([namespace, jobId])).slice(0, 8)}-${attempt}`;
}

/** A text as the value of a label: itself where that is allowed, else its digest. */
export function labelValue(text: string): string {
  const fits = text.length <= longestLabel && /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text);
  return fits ? text : digest(text).slice(0, 40);
}

/** The labels of an attempt's objects. */
export function runLabels(name: AttemptName, owner: ObjectOwner): Record<string, string> {
  return {
    [namespaceLabel]: labelValue(name.namespace),
    [jobLabel]: labelValue(name.jobId),
    [attemptLabel]: String(name.attempt),
    [runLabel]: runName(name),
    [runnerLabel]: labelValue(owner.name ?? owner.instance),
    [instanceLabel]: owner.instance,
  };
}

/** Selects what this life of a runner made. */
export function selectInstance({ instance }: ObjectOwner): string {
  return `${instanceLabel}=${instance}`;
}

/** Selects what earlier lives of a runner left. */
export function selectEarlierLives(name: string, { instance }: ObjectOwner): string {
  return `${runnerLabel}=${labelValue(name)},${instanceLabel}!=${instance}`;
}

/** Selects what belongs to one attempt. */
export function selectRun(run: string): string {
  return `${runLabel}=${run}`;
}

/** Selects what belongs to other attempts of the same job. */
export function selectOtherAttempts({ namespace, jobId, attempt }: AttemptName): string {
  return `${namespaceLabel}=${labelValue(namespace)},${jobLabel}=${labelValue(jobId)},${attemptLabel}!=${attempt}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

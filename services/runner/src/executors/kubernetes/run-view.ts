import { createNotifier } from "@switchyard/client";
import type { JobView, PodView } from "./api/objects.js";
import type { RunObjects } from "./run-state.js";

/** What is known of one attempt's objects, kept up to date by the cluster's watches. */
export interface RunView extends RunObjects {
  /** The Job was made; what the watches said of it meanwhile is newer. */
  createdJob(job: JobView): void;
  sawJob(job: JobView, gone: boolean): void;
  sawPod(pod: PodView, gone: boolean): void;
  /** Settles at the next change. */
  changed(): Promise<void>;
}

/** Makes a view of which nothing is known. */
export function createRunView(): RunView {
  const { notify, changed } = createNotifier();
  let job: JobView | undefined;
  let pod: PodView | undefined;
  let jobGone = false;
  let podGone = false;
  return {
    createdJob(object) {
      job ??= object;
    },
    sawJob(object, gone) {
      job = object;
      jobGone = gone;
      notify();
    },
    sawPod(object, gone) {
      // The first pod is the attempt: another one would be the cluster's own repeat, which is not asked for.
      if (pod !== undefined && pod.metadata.uid !== object.metadata.uid) return;
      pod = object;
      podGone = gone;
      notify();
    },
    changed,
    get job() {
      return job;
    },
    get jobGone() {
      return jobGone;
    },
    get pod() {
      return pod;
    },
    get podGone() {
      return podGone;
    },
  };
}

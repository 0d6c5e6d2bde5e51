import { expect, it } from "vitest";
import type { JobView, PodView } from "./api/objects.js";
import { createRunView } from "./run-view.js";
import { waitForEnd } from "./wait-for-end.js";

const metadata = { name: "job-1", namespace: "jobs", uid: "1", resourceVersion: "1" };
const failedJob = {
  metadata,
  status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
} as JobView;
const deadPod = {
  metadata,
  status: {
    phase: "Failed",
    containerStatuses: [{ name: "job", state: { terminated: { exitCode: 128, reason: "StartError" } } }],
  },
} as PodView;

/** Waits for the end of a run whose Job has failed and whose pod was not heard of, until somebody asks. */
function waitUntilAsked(pod: PodView | undefined) {
  const view = createRunView();
  view.sawJob(failedJob, false);
  return waitForEnd({
    view,
    signal: new AbortController().signal,
    startTimeoutMs: 60_000,
    refresh: async () => pod && view.sawPod(pod, false),
    onStarted: () => undefined,
    tell: () => undefined,
  });
}

it("asks for the pod before it takes a Job's word that the run is lost", async () => {
  expect(await waitUntilAsked(deadPod)).toMatchObject({ exitCode: 128, reason: "StartError" });
});

it("takes it when there is no pod", async () => {
  await expect(waitUntilAsked(undefined)).rejects.toThrow("the pod was lost (BackoffLimitExceeded)");
});

import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type Lease, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { TestScheduler } from "./setup.js";
import { type SpecInit, testNamespace } from "./test-namespace.js";

let markers = 0;

/** A namespace of its own as {@link testNamespace} has it, for cases that follow many jobs by their ids. `system` is asked each time, since a restart makes another one. */
export function drive(system: () => TestScheduler, namespace: string) {
  const { claim, job, submitAll } = testNamespace(namespace, system);

  /** Submits jobs in one call; returns their ids. */
  async function submit(...specs: SpecInit[]): Promise<string[]> {
    return (await submitAll(specs)).map(({ jobId }) => jobId);
  }

  async function submitOne(spec: SpecInit = {}): Promise<string> {
    return (await submit(spec))[0] as string;
  }

  /** Claims one job, waiting for it up to ten seconds. */
  async function claimSoon(request: Parameters<typeof claim>[0] = {}): Promise<Lease> {
    const [lease] = await claim({ wait: durationFromMs(10_000), ...request });
    if (!lease) throw new Error("nothing came");
    return lease;
  }

  /** Reports the ends of attempts, of a job that is named by its id the one that it is in now; returns the reasons of refusals, 0 for none. */
  async function finish(
    attempts: readonly (string | Lease)[],
    kind = Outcome_Kind.SUCCEEDED,
    more: object = {},
  ): Promise<number[]> {
    const reports = await Promise.all(
      attempts.map(async (attempt) => {
        const jobId = typeof attempt === "string" ? attempt : attempt.jobId;
        const value = typeof attempt === "string" ? (await job(jobId)).attemptCount : attempt.attempt;
        const report = { case: "outcome" as const, value: { kind, ...more } };
        return { namespace, attempt: { jobId, by: { case: "attempt" as const, value } }, report };
      }),
    );
    const { results } = await system().dispatch.reportAttempts({ reports });
    return results.map(({ reason }) => reason);
  }

  /** Names of the states of jobs. */
  async function states(...jobIds: string[]): Promise<string[]> {
    return Promise.all(jobIds.map(async (jobId) => JobState[(await job(jobId)).state]));
  }

  /** All events so far as `type previous>state`, by job. */
  async function events(): Promise<Map<string, string[]>> {
    // Its end is the last event: whatever came before is there when it has come.
    const marker = await submitOne({ queue: `marker-${++markers}` });
    await system().jobs.cancelJobs({ namespace, jobIds: [marker] });
    const byJob = new Map<string, string[]>();
    for await (const { events } of system().jobs.watchJobs({ namespace, afterSequence: 0n })) {
      for (const { jobId, type, previousState, state } of events) {
        if (jobId === marker && type === JobEventType.ENDED) return byJob;
        const text = `${JobEventType[type]} ${previousState === 0 ? "" : JobState[previousState]}>${JobState[state]}`;
        byJob.set(jobId, [...(byJob.get(jobId) ?? []), text]);
      }
    }
    throw new Error("the watch ended");
  }

  return { namespace, submit, submitOne, claim, claimSoon, finish, job, states, events };
}

/** Names a parent by its id; more says what satisfies, and what happens else. */
export function after(jobId: string, more: object = {}) {
  return { parent: { case: "jobId" as const, value: jobId }, ...more };
}

/** Names a parent by its index in the call. */
export function afterItem(index: number, more: object = {}) {
  return { parent: { case: "item" as const, value: index }, ...more };
}

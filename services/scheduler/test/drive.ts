import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { ClaimJobsRequestSchema } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { anyKind, item, type TestScheduler } from "./setup.js";

/** What {@link drive} offers. */
export type Drive = ReturnType<typeof drive>;

let markers = 0;

/** Short words for what tests of one namespace do all the time. `system` is asked each time, since a restart makes another one. */
export function drive(system: () => TestScheduler, namespace: string) {
  /** Submits jobs in one call; returns their ids. */
  async function submit(...specs: Parameters<typeof item>[0][]): Promise<string[]> {
    const { jobs } = await system().jobs.submitJobs({ namespace, items: specs.map((spec) => item(spec)) });
    return jobs.map(({ jobId }) => jobId);
  }

  async function submitOne(spec: Parameters<typeof item>[0] = {}): Promise<string> {
    return (await submit(spec))[0] as string;
  }

  /** Claims with a runner that can do everything, unless something else is said. */
  async function claim(request: Omit<MessageInitShape<typeof ClaimJobsRequestSchema>, "$typeName"> = {}) {
    const { leases } = await system().dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, ...request });
    return leases;
  }

  /** Claims one job, waiting for it up to ten seconds. */
  async function claimSoon(request: Parameters<typeof claim>[0] = {}) {
    const [lease] = await claim({ wait: durationFromMs(10_000), ...request });
    if (!lease) throw new Error("nothing came");
    return lease;
  }

  /** Reports the ends of attempts, whichever each job is in now; returns the reasons of refusals, 0 for none. */
  async function finish(
    jobIds: readonly string[],
    kind = Outcome_Kind.SUCCEEDED,
    more: Omit<MessageInitShape<typeof OutcomeSchema>, "$typeName"> = {},
  ): Promise<number[]> {
    const reports = await Promise.all(
      jobIds.map(async (jobId) => ({
        namespace,
        attempt: { jobId, by: { case: "attempt" as const, value: (await job(jobId)).attemptCount } },
        report: { case: "outcome" as const, value: { kind, ...more } },
      })),
    );
    const { results } = await system().dispatch.reportAttempts({ reports });
    return results.map(({ reason }) => reason);
  }

  async function job(jobId: string) {
    const by = { case: "jobId" as const, value: jobId };
    const answer = await system().jobs.getJob({ namespace, by, view: JobView.FULL });
    if (!answer.job) throw new Error("no job");
    return answer.job;
  }

  /** Names of the states of jobs. */
  async function states(...jobIds: string[]): Promise<string[]> {
    return Promise.all(jobIds.map(async (jobId) => JobState[(await job(jobId)).state]));
  }

  /** All events so far as `type previous>state`, by job. */
  async function events(): Promise<Map<string, string[]>> {
    // Its end is the last event: whatever came before is there when it has come.
    const queue = `marker-${++markers}`;
    const marker = await submitOne({ queue });
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

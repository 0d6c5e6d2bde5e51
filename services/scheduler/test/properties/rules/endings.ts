import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Rule } from "../features/feature.js";
import { isFinal, type Model, type ModelJob, type Say } from "../model/model.js";
import { storyOf } from "../model/replay.js";

/** In the end every job has ended, and reads, lists, counts and events tell the same. */
export const everythingEndsAndAgrees: Rule = ({ evidence, model }, say) => {
  if (!evidence.drained) {
    const stuck = [...model.jobs.values()].filter(({ state }) => !isFinal(state));
    return say(`jobs never ended:\n    ${stuck.map(storyOf).join("\n    ")}`);
  }
  for (const [id, job] of evidence.jobs) {
    const told = model.jobs.get(id);
    if (!told) say(`job ${id} is there, and there is no event of it`);
    else agree(job, told, say);
  }
  for (const job of model.jobs.values()) {
    if (!job.deleted && !evidence.jobs.has(job.id)) say(`events tell of a job that is not there\n    ${storyOf(job)}`);
  }
  if (evidence.held > 0) say(`${evidence.held} attempts are held in the end`);
  countsAgree(evidence.queues, model, say);
};

function agree(job: Job, told: ModelJob, say: Say): void {
  const differences = [
    ["state", JobState[job.state], JobState[told.state]],
    ["end reason", EndReason[job.endReason], EndReason[told.endReason]],
    ["attempts", describe(job.attempts), describe(told.attempts)],
    ["counted attempts", String(job.countedAttempts), String(told.counted)],
  ].filter(([, read, expected]) => read !== expected);
  for (const [what, read, expected] of differences)
    say(`${what}: a read says ${read}, the events say ${expected}\n    ${storyOf(told)}`);
  if (job.attempts.some(({ number }, i) => number !== i + 1)) say(`attempts have gaps\n    ${storyOf(told)}`);
}

/** Attempts in words: number, runner, state. */
function describe(
  attempts: readonly { readonly number: number; readonly runnerId: string; readonly state: AttemptState }[],
): string {
  return attempts.map(({ number, runnerId, state }) => `${number}@${runnerId} ${AttemptState[state]}`).join(", ");
}

function countsAgree(queues: Parameters<Rule>[0]["evidence"]["queues"], model: Model, say: Say): void {
  for (const { name, counts } of queues) {
    const jobs = [...model.jobs.values()].filter(
      ({ item, deleted }) => !deleted && (item?.spec.queue || "default") === name,
    );
    const count = (state: JobState) => BigInt(jobs.filter((job) => job.state === state).length);
    const expected = {
      ...{ blocked: 0n, scheduled: 0n, queued: 0n, claimed: 0n, started: 0n },
      ...{ succeeded: count(JobState.SUCCEEDED), failed: count(JobState.FAILED) },
      ...{ timedOut: count(JobState.TIMED_OUT), cancelled: count(JobState.CANCELLED) },
    };
    for (const [state, number] of Object.entries(expected)) {
      const told = counts?.[state as keyof typeof expected];
      if (told !== number) say(`queue ${name} counts ${told} ${state}, the events say ${number}`);
    }
  }
}

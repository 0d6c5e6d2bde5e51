import fc from "fast-check";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { endLive } from "../model/attempts.js";
import { storyOf } from "../model/replay.js";
import { command, type Feature, type Rule } from "./feature.js";

/** Jobs that are deleted, in whichever state. */
export const deletesFeature: Feature = {
  name: "deletes",
  commands: [
    command({
      name: "delete",
      weight: 1,
      data: fc.record({ back: fc.nat(7), expected: fc.constantFrom<JobState[]>([], [JobState.QUEUED]) }),
      async run(world, { back, expected }) {
        const jobId = world.job(back);
        if (!jobId) return;
        const request = { namespace: world.namespace, jobIds: [jobId], expectedStates: expected };
        await world.call("deleteJobs", request);
      },
    }),
  ],
  transitions: {
    [JobEventType.DELETED]: (model, job, _event, say) => {
      const asked = model.history.of("deleteJobs").some(({ request }) => request.jobIds?.includes(job.id));
      if (!asked) say("deleted by nobody");
      const { state } = job;
      endLive(job, AttemptState.CANCELLED);
      job.deleted = true;
      // For those that wait for it, it was cancelled.
      job.ends.push(JobState.CANCELLED);
      return [state];
    },
  },
  rules: [deletedJobsVanish],
};

/** Whoever looks for a job after its deletion was acknowledged does not find it, and nobody gets a lease of it. */
function deletedJobsVanish({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const deletedAt = new Map<string, number>();
  for (const { request, answer, end } of evidence.history.of("deleteJobs")) {
    const [jobId = ""] = request.jobIds ?? [];
    if (answer?.results[0]?.reason !== ErrorReason.UNSPECIFIED) continue;
    deletedAt.set(jobId, Math.min(end, deletedAt.get(jobId) ?? Number.POSITIVE_INFINITY));
    const job = model.jobs.get(jobId);
    if (job && !job.deleted) say(`a deletion was acknowledged and did not happen\n    ${storyOf(job)}`);
  }
  const isGone = (jobId: string, tick: number) => (deletedAt.get(jobId) ?? Number.POSITIVE_INFINITY) < tick;
  for (const { request, answer, begin } of evidence.history.of("getJob")) {
    const jobId = request.by?.case === "jobId" ? (request.by.value as string) : "";
    if (answer && isGone(jobId, begin)) say(`job ${jobId} was read after its deletion`);
  }
  for (const { answer, begin } of evidence.history.of("listJobs"))
    for (const { id } of answer?.jobs ?? []) if (isGone(id, begin)) say(`job ${id} was listed after its deletion`);
  for (const { answer, begin } of evidence.history.of("claimJobs"))
    for (const { jobId } of answer?.leases ?? [])
      if (isGone(jobId, begin)) say(`job ${jobId} was claimed after its deletion`);
}

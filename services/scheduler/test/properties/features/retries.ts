import fc from "fast-check";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { isFinal } from "../model/model.js";
import { storyOf } from "../model/replay.js";
import { command, type Feature, type Rule } from "./feature.js";

const finals = [JobState.SUCCEEDED, JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED];

/** Jobs that have ended and are opened again, under the same id and with a fresh budget. */
export const retriesFeature: Feature = {
  name: "retries",
  commands: [
    command({
      name: "retry",
      weight: 1.5,
      data: fc.record({ back: fc.nat(7), any: fc.boolean(), twice: fc.boolean() }),
      async run(world, { back, any, twice }) {
        const jobId = world.job(back);
        if (!jobId) return;
        const requestId = `retry-${world.number()}`;
        const request = { namespace: world.namespace, jobIds: [jobId], expectedStates: any ? finals : [], requestId };
        const send = () => world.call("retryJobs", request);
        await Promise.all(twice ? [send(), send()] : [send()]);
      },
    }),
  ],
  transitions: {
    [JobEventType.REOPENED]: (model, job, event, say) => {
      if (!isFinal(job.state)) say("opened again before its end");
      const asked = model.history.of("retryJobs").some(({ request }) => request.jobIds?.includes(job.id));
      if (!asked) say("opened again by nobody");
      Object.assign(job, { counted: 0, failures: 0, lostBeforeStart: 0, lostAfterStart: 0, notBefore: 0 });
      job.reopen++;
      job.opened = event;
      return [JobState.QUEUED];
    },
  },
  rules: [acknowledgedRetriesHappened],
};

/** A retry that was acknowledged opened the job, once for each request. */
function acknowledgedRetriesHappened({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const requests = new Map<string, Set<string>>();
  const acknowledged = new Map<string, Set<string>>();
  for (const { request, answer } of evidence.history.of("retryJobs")) {
    const [jobId = ""] = request.jobIds ?? [];
    const note = (map: Map<string, Set<string>>) =>
      map.set(jobId, (map.get(jobId) ?? new Set<string>()).add(request.requestId ?? ""));
    note(requests);
    if (answer?.results[0]?.reason === ErrorReason.UNSPECIFIED) note(acknowledged);
  }
  for (const [jobId, ids] of requests) {
    const job = model.jobs.get(jobId);
    if (!job) continue;
    const times = job.events.filter(({ type }) => type === JobEventType.REOPENED).length;
    const least = acknowledged.get(jobId)?.size ?? 0;
    if (times < least || times > ids.size)
      say(
        `opened again ${times} times: ${least} requests were acknowledged, ${ids.size} were made\n    ${storyOf(job)}`,
      );
  }
}

import fc from "fast-check";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { isFinal } from "../model/model.js";
import { storyOf } from "../model/replay.js";
import { command, type Feature, type Rule } from "./feature.js";

/** Cancels: at once or confirmed, in named states only, and as an operator's end. */
export const cancelsFeature: Feature = {
  name: "cancels",
  commands: [
    command({
      name: "cancel",
      weight: 2,
      data: fc.record({
        back: fc.nat(7),
        mode: fc.constantFrom(CancelMode.CONFIRMED, CancelMode.IMMEDIATE),
        expected: fc.constantFrom<JobState[]>([], [], [JobState.QUEUED], [JobState.RUNNING]),
        close: fc.boolean(),
      }),
      async run(world, { back, mode, expected, close }) {
        const jobId = world.job(back);
        if (!jobId) return;
        const asState = close && mode === CancelMode.IMMEDIATE ? JobState.FAILED : JobState.UNSPECIFIED;
        const request = { namespace: world.namespace, jobIds: [jobId], mode, expectedStates: expected, asState };
        await world.call("cancelJobs", request);
      },
    }),
  ],
  rules: [cancelsEndWhatTheyMay],
};

/** A cancel that was acknowledged ends the job, now or when its runner has stopped; one that was refused had a reason. */
function cancelsEndWhatTheyMay({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  for (const { request, answer } of evidence.history.of("cancelJobs")) {
    const expected = request.expectedStates ?? [];
    for (const { jobId, reason, previousState } of answer?.results ?? []) {
      const job = model.jobs.get(jobId);
      if (!job) continue;
      if (reason === ErrorReason.UNSPECIFIED) {
        if (isFinal(previousState)) say(`a job that was ${JobState[previousState]} was cancelled\n    ${storyOf(job)}`);
        if (expected.length > 0 && !expected.includes(previousState))
          say(`cancelled in ${JobState[previousState]}, which was not expected\n    ${storyOf(job)}`);
      } else if (reason === ErrorReason.WRONG_STATE && expected.length === 0) {
        const ends = job.views.some((view) => view !== undefined && isFinal(view.state));
        if (!ends) say(`a cancel was refused, and the job never ended\n    ${storyOf(job)}`);
      }
    }
  }
}

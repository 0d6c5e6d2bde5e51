import type { Attempt } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { EndReason, type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { enumName } from "../../input/enum-names.js";
import { labelsText, payloadText } from "../../output/payload-text.js";
import { printable } from "../../output/printable.js";
import { type Column, renderFacts, renderTable } from "../../output/table.js";
import { ageText, betweenText, timeText } from "../../output/times.js";
import type { Tone } from "../../output/tone.js";

/** The columns of `jobs list`. */
export const jobColumns: readonly Column<Job>[] = [
  { title: "ID", text: ({ id }) => id },
  { title: "STATE", text: ({ state }) => enumName(JobState, state), tone: ({ state }) => stateTone(state) },
  { title: "KIND", text: ({ spec }) => spec?.kind ?? "" },
  { title: "QUEUE", text: ({ spec }) => spec?.queue ?? "" },
  { title: "SUBJECT", text: ({ spec }) => spec?.subject ?? "" },
  { title: "ATTEMPTS", text: ({ attemptCount }) => String(attemptCount), right: true },
  { title: "AGE", text: ({ createTime }) => ageText(createTime), right: true },
  { title: "MESSAGE", text: ({ endMessage }) => endMessage },
];

const attemptColumns: readonly Column<Attempt>[] = [
  { title: "ATTEMPT", text: ({ number }) => String(number), right: true },
  { title: "STATE", text: ({ state }) => enumName(AttemptState, state) },
  { title: "RUNNER", text: ({ runnerId }) => runnerId },
  { title: "CLAIMED", text: ({ claimTime }) => timeText(claimTime) },
  { title: "TOOK", text: ({ claimTime, endTime }) => betweenText(claimTime, endTime), right: true },
  { title: "MESSAGE", text: ({ outcome, endedBy }) => outcome?.message || endedBy },
];

/** How a state is coloured. */
function stateTone(state: JobState): Tone | undefined {
  if (state === JobState.SUCCEEDED) return "green";
  if (state === JobState.RUNNING) return "cyan";
  if (state === JobState.FAILED || state === JobState.TIMED_OUT) return "red";
  return state === JobState.CANCELLED ? "gray" : undefined;
}

/** A job for one who looks at it alone. */
export function jobText(job: Job, colors: boolean): string {
  const { spec, lastAttempt } = job;
  const facts = renderFacts([
    ["id", job.id],
    ["number", `#${job.serial}`],
    ["state", stateText(job)],
    ["kind", spec?.kind],
    ["queue", spec?.queue],
    ["subject", spec?.subject],
    ["labels", labelsText(spec?.labels ?? {})],
    ["requires", labelsText(spec?.requiredLabels ?? {})],
    ["submitted", withAge(job)],
    ["by", spec?.submitter],
    ["ready at", timeText(job.readyTime)],
    ["ended", timeText(job.endTime)],
    ["ended by", job.endActor],
    ["message", job.endMessage],
    ["progress", progressText(lastAttempt)],
    ["input", payloadText(spec?.input)],
    ["result", payloadText(lastAttempt?.outcome?.result)],
  ]);
  return job.attempts.length === 0 ? facts : `${facts}\n${renderTable(attemptColumns, job.attempts, colors)}`;
}

/** How a job ended, in one line. */
export function endText(job: Job): string {
  const took = betweenText(job.createTime, job.endTime);
  const message = job.endMessage === "" ? "" : `: ${printable(job.endMessage)}`;
  return `job ${job.id} ${enumName(JobState, job.state)} after ${took}${message}`;
}

function stateText({ state, endReason, cancelRequested, openParents }: Job): string {
  const notes = [
    ...(endReason === EndReason.UNSPECIFIED ? [] : [enumName(EndReason, endReason)]),
    ...(cancelRequested ? ["cancel asked for"] : []),
    ...(openParents > 0 ? [`${openParents} parents open`] : []),
  ];
  return `${enumName(JobState, state)}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}

function withAge({ createTime }: Job): string {
  return `${timeText(createTime)} (${ageText(createTime)} ago)`;
}

function progressText(attempt: Attempt | undefined): string | undefined {
  const progress = attempt?.progress;
  if (progress === undefined) return undefined;
  const { current, total, message } = progress;
  const count = current === undefined ? "" : total === undefined ? String(current) : `${current} of ${total}`;
  return [count, message ?? ""].filter((part) => part !== "").join(" ");
}

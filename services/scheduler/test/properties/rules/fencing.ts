import { AttemptState, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { Rule } from "../features/feature.js";
import type { ModelAttempt, ModelJob } from "../model/model.js";
import { storyOf } from "../model/replay.js";
import type { AnswerOf, RequestOf } from "../world/api.js";
import type { Call } from "../world/history.js";

type Report = NonNullable<RequestOf<"reportAttempts">["reports"]>[number];
type Result = AnswerOf<"reportAttempts">["results"][number];

/** Nothing is taken from an attempt of which somebody knew before the call that it was over, nor from a stranger. */
export const acceptedReportsAreTimely: Rule = ({ evidence, model, knowledge }, say) => {
  for (const { call, report, result, job } of reportsOf(evidence.history.of("reportAttempts"), model.jobs)) {
    if (result.reason !== ErrorReason.UNSPECIFIED || result.repeatedReport) continue;
    const attempt = job.attempts.find(({ number }) => number === result.attempt);
    if (!attempt) say(`a report about attempt ${result.attempt} was taken, which never was\n    ${storyOf(job)}`);
    else if (isOver(attempt, knowledge.known(job.id, call.begin)))
      say(`a report about attempt ${result.attempt} was taken after its end was known\n    ${storyOf(job)}`);
    if (attempt && report.runnerId && report.runnerId !== attempt.runnerId)
      say(`${report.runnerId} reported an attempt of ${attempt.runnerId}\n    ${storyOf(job)}`);
  }
  for (const call of evidence.history.of("renewLeases")) {
    for (const { jobId, attempt: number, reason } of call.answer?.results.flatMap(({ statuses }) => statuses) ?? []) {
      const job = model.jobs.get(jobId);
      const attempt = job?.attempts.find((other) => other.number === number);
      if (reason !== ErrorReason.UNSPECIFIED || !job) continue;
      if (!attempt || isOver(attempt, knowledge.known(jobId, call.begin)))
        say(`attempt ${number} was renewed after its end was known\n    ${storyOf(job)}`);
    }
  }
};

/** The words that are kept of an attempt are those of a report that was taken, or whose answer was lost. */
export const keptOutcomesWereReported: Rule = ({ evidence, model }, say) => {
  const calls = evidence.history.of("reportAttempts");
  for (const job of evidence.jobs.values()) {
    for (const { number, outcome } of job.attempts) {
      if (!outcome) continue;
      const told = calls.flatMap((call) =>
        (call.request.reports ?? []).flatMap((report, i) => {
          const isIt = report.report?.case === "outcome" && report.report.value.message === outcome.message;
          return isIt && report.attempt?.jobId === job.id ? [call.answer?.results[i]] : [];
        }),
      );
      const story = storyOf(model.jobs.get(job.id) ?? { item: undefined, events: [] });
      if (told.length === 0) say(`nobody reported the outcome that attempt ${number} has\n    ${story}`);
      else if (!told.some((result) => !result || taken(result, number)))
        say(`attempt ${number} ended by a report that was refused\n    ${story}`);
    }
  }
  for (const { report, result, job } of reportsOf(calls, model.jobs)) {
    if (report.report?.case !== "outcome" || result.reason !== ErrorReason.UNSPECIFIED || job.deleted) continue;
    const kept = model.outcome(job, result.attempt);
    const asked = report.report.value.kind ?? Outcome_Kind.UNSPECIFIED;
    const cancelled = asked === Outcome_Kind.CANCELLED && kept?.kind === Outcome_Kind.FAILED;
    if (kept?.kind !== asked && !cancelled)
      say(
        `outcome ${Outcome_Kind[asked]} was acknowledged, kept is ${kept ? Outcome_Kind[kept.kind] : "none"}\n    ${storyOf(job)}`,
      );
  }
};

/** Who is told that an attempt was lost or has ended is told so of one that did. */
export const refusalsAreJust: Rule = ({ evidence, model }, say) => {
  for (const { report, result, job } of reportsOf(evidence.history.of("reportAttempts"), model.jobs)) {
    const attempt = job.attempts.find(({ number }) => number === result.attempt);
    const told = ErrorReason[result.reason];
    if (result.reason === ErrorReason.LEASE_LOST && !(attempt && lostStates.includes(attempt.state)))
      say(`${told} was said of attempt ${result.attempt}, which was not lost\n    ${storyOf(job)}`);
    if (result.reason === ErrorReason.ALREADY_FINISHED && attempt?.endedBy === undefined)
      say(`${told} was said of attempt ${result.attempt}, which did not end\n    ${storyOf(job)}`);
    if (result.reason === ErrorReason.NOT_HOLDER && report.runnerId === attempt?.runnerId && report.runnerId)
      say(`${told} was said to the holder of attempt ${result.attempt}\n    ${storyOf(job)}`);
    if (result.reason === ErrorReason.JOB_NOT_FOUND && !job.deleted) say(`${told}\n    ${storyOf(job)}`);
  }
};

const lostStates = [AttemptState.LOST, AttemptState.CANCELLED, AttemptState.TIMED_OUT, AttemptState.RELEASED];

function taken({ reason, attempt, repeatedReport }: Result, number: number): boolean {
  // A repeat was taken before, by a try whose answer was lost.
  return reason === ErrorReason.UNSPECIFIED && (attempt === number || repeatedReport);
}

function isOver({ endedBy }: ModelAttempt, known: number): boolean {
  return endedBy !== undefined && endedBy <= known;
}

function* reportsOf(calls: readonly Call<"reportAttempts">[], jobs: ReadonlyMap<string, ModelJob>) {
  for (const call of calls) {
    for (const [i, result] of (call.answer?.results ?? []).entries()) {
      const report: Report = call.request.reports?.[i] ?? {};
      const job = jobs.get(report.attempt?.jobId ?? "");
      if (job) yield { call, report, result, job };
    }
  }
}

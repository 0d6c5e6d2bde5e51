export { checkHistory, eventRules } from "./check-history.js";
export { describeHistory, describeObservation, describeViolation } from "./describe.js";
export { EventChecker, type EventCheckerOptions } from "./events/event-checker.js";
export type { EventRule, Say } from "./events/event-rule.js";
export type { JobLife, LiveAttempt } from "./events/job-life.js";
export type {
  AttemptState,
  FinalAttempt,
  FinalJob,
  FinalLimit,
  FinalLog,
  FinalRunner,
  FinalState,
  History,
} from "./history.js";
export { type EndReason, endsAttempt, isFinal, type JobEvent, type JobEventType, type JobState } from "./job-event.js";
export type { JobSpec, Parent } from "./job-spec.js";
export type {
  Answer,
  Call,
  Failure,
  Granted,
  JobResult,
  LimitSetting,
  Mark,
  Observation,
  OutcomeKind,
  Overrun,
  Request,
  Run,
  Stop,
  SubmittedJob,
  Watch,
  WatchedEvent,
  WatchedUpTo,
  Write,
  WriteContent,
  WriteResult,
} from "./observation.js";
export type { Violation } from "./violation.js";
export { failureOf, resultsOf, submittedOf } from "./recording/answers.js";
export { finalJobOf, finalLimitsOf } from "./recording/final.js";
export { type OpenCall, type OpenWrite, Recorder, type Timeless } from "./recording/recorder.js";
export { cancelRequestOf, limitsRequestOf, retryRequestOf, submitRequestOf } from "./recording/requests.js";
export { grantedOf, outcomeOf, stopOf, writtenOf } from "./recording/runners.js";
export { specOf } from "./recording/spec.js";
export { jobEventOf, watchedOf } from "./recording/watching.js";

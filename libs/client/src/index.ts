export { type CallDefaults, withCallDefaults } from "./client/call-defaults.js";
export {
  createSwitchyardClient,
  type SwitchyardClient,
  type SwitchyardClientOptions,
} from "./client/switchyard-client.js";
export { isReadMethod, type RepeatsOptions, withRepeats } from "./client/repeat-calls.js";
export type { Address, ServiceLocation, ServiceName } from "./client/transports.js";
export { followJob, type FollowJobOptions, type FollowServices, type FollowUpdate } from "./follow/follow-job.js";
export type { DownloadLogOptions } from "./follow/download-log.js";
export type { FollowLogOptions } from "./follow/follow-log.js";
export { isFinalState } from "./follow/job-states.js";
export { resuming, type StreamLife } from "./follow/resuming.js";
export type { LogFilterInit } from "./follow/tail-attempt.js";
export type { WaitForJobOptions } from "./follow/wait-for-job.js";
export { type JobUpdate, watchJob, type WatchJobOptions } from "./follow/watch-job.js";
export { ownerOpener } from "./owners/open-owner.js";
export { createOwnerDirectory, type OwnerDirectory, type OwnerDirectoryOptions } from "./owners/owner-directory.js";
export { type CallWay, createOwnerTransport, type OwnerTransportOptions } from "./owners/owner-transport.js";
export { createNotifier, type Notifier } from "./notifier.js";
export { bytesPayload, jsonPayload, payloadJson } from "./payload.js";
export { type Backoff, type BackoffOptions, createBackoff } from "./retry/backoff.js";
export { isSafelyRepeated, retrying, type RetryingOptions } from "./retry/retrying.js";
export type { ArtifactContent, ArtifactOptions } from "./runner/artifact/artifact-sender.js";
export { handlerFor, type JobHandlers, matchesGlob } from "./runner/handlers.js";
export type { JobContext, JobHandler, JobInput, JobLog } from "./runner/job-context.js";
export {
  JobFailure,
  type JobFailureOptions,
  JobRelease,
  type JobReleaseOptions,
  JobSuccess,
  type OutcomeFacts,
} from "./runner/outcome/job-end.js";
export type { ProgressInit } from "./runner/report/report-init.js";
export { createRunner, type Runner, type RunnerState } from "./runner/runner.js";
export type { WhenStuck } from "./runner/keeper/keeper-settings.js";
export type {
  RunnerConnection,
  RunnerIdentity,
  RunnerLocation,
  RunnerOptions,
  RunnerSettings,
  RunnerWork,
} from "./runner/runner-options.js";
export { JobStopped, type StopReason } from "./runner/stop-reason.js";
export type { JobSpecInit, SubmitOptions } from "./submit/submit-item.js";
export type { SubmitterOptions } from "./submit/submitter.js";
export { uuidV7 } from "./uuid-v7.js";

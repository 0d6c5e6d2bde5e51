import { LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** The roles of users, each with the rights of those before it. */
export const roles = ["viewer", "editor", "admin"] as const;
/** What a user may do. */
export type Role = (typeof roles)[number];

/** Tells whether a role has the rights of another. */
export function mayAct(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The dialect's words for where a job stands. */
export const jobStatuses = ["pending", "claimed", "running", "completed", "failed", "cancelled"] as const;
/** Where a job stands. */
export type JobStatus = (typeof jobStatuses)[number];

/** The dialect's word for where a job stands. */
export function jobStatusOf({ state, lastAttempt }: Pick<Job, "state" | "lastAttempt">): JobStatus {
  switch (state) {
    case JobState.RUNNING:
      return lastAttempt?.state === AttemptState.STARTED ? "running" : "claimed";
    case JobState.SUCCEEDED:
      return "completed";
    case JobState.FAILED:
    case JobState.TIMED_OUT:
      return "failed";
    case JobState.CANCELLED:
      return "cancelled";
    default:
      return "pending";
  }
}

const filterOfStatus: Readonly<Record<JobStatus, { readonly states: JobState[]; readonly started?: boolean }>> = {
  pending: { states: [JobState.BLOCKED, JobState.SCHEDULED, JobState.QUEUED] },
  claimed: { states: [JobState.RUNNING], started: false },
  running: { states: [JobState.RUNNING], started: true },
  completed: { states: [JobState.SUCCEEDED] },
  failed: { states: [JobState.FAILED, JobState.TIMED_OUT] },
  cancelled: { states: [JobState.CANCELLED] },
};

/** Which jobs of the core a word stands for. */
export function jobFilterOf(status: JobStatus): { readonly states: JobState[]; readonly started?: boolean } {
  return filterOfStatus[status];
}

/** The dialect's words for whether a runner is there. */
export const runnerStatuses = ["online", "offline"] as const;
/** Whether a runner is there. */
export type RunnerStatus = (typeof runnerStatuses)[number];

/** The dialect's word for a runner's state; a revoked runner can do nothing and is shown as gone. */
export function runnerStatusOf(state: RunnerState): RunnerStatus {
  return state === RunnerState.IDLE || state === RunnerState.BUSY ? "online" : "offline";
}

/** The dialect's words for how grave a log entry is. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
/** How grave a log entry is. */
export type LogLevelWord = (typeof logLevels)[number];

const levelOfWord: Readonly<Record<LogLevelWord, LogLevel>> = {
  debug: LogLevel.DEBUG,
  info: LogLevel.INFO,
  warn: LogLevel.WARNING,
  error: LogLevel.ERROR,
};

/** The core's level for a word. */
export function logLevelOf(word: LogLevelWord): LogLevel {
  return levelOfWord[word];
}

/** The word for a level of the core; what the producer left open is `info`. */
export function logLevelWord(level: LogLevel): LogLevelWord {
  if (level === LogLevel.CRITICAL) return "error";
  return logLevels.find((word) => levelOfWord[word] === level) ?? "info";
}

/** What begins a definition. Only what is begun by hand is begun by this system. */
export const triggerTypes = ["manual", "revision_created", "bom_changed"] as const;
/** What a definition works on. */
export const scopeTypes = ["item", "assembly", "project", "none"] as const;
/** What a node of a graph is. */
export const nodeTypes = [
  "sketch",
  "pad",
  "pocket",
  "fillet",
  "chamfer",
  "constraint",
  "body",
  "part",
  "datum",
] as const;
/** Whether a node's geometry is known to be right. */
export const validationStates = ["clean", "dirty", "validating", "failed"] as const;
/** Which way a cone goes: to what needs the node, or to what it needs. */
export const coneDirections = ["forward", "backward"] as const;
/** Which way a cone goes. */
export type ConeDirection = (typeof coneDirections)[number];

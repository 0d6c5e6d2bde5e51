import { LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** The dialect's words for where a task stands, in the order in which it lists them. */
export const taskStatuses = ["pending", "running", "completed", "failed", "timeout", "cancelled"] as const;
/** Where a task stands. */
export type TaskStatus = (typeof taskStatuses)[number];

/** The dialect's words for where a worker stands. */
export const workerStatuses = ["idle", "busy", "offline"] as const;
/** Where a worker stands. */
export type WorkerStatus = (typeof workerStatuses)[number];

/** The dialect's words for how grave a log entry is. */
export const logLevels = ["debug", "info", "warning", "error", "critical"] as const;
/** How grave a log entry is. */
export type LogLevelWord = (typeof logLevels)[number];

const statusOfState: Readonly<Record<JobState, TaskStatus>> = {
  [JobState.UNSPECIFIED]: "pending",
  [JobState.BLOCKED]: "pending",
  [JobState.SCHEDULED]: "pending",
  [JobState.QUEUED]: "pending",
  [JobState.RUNNING]: "running",
  [JobState.SUCCEEDED]: "completed",
  [JobState.FAILED]: "failed",
  [JobState.TIMED_OUT]: "timeout",
  [JobState.CANCELLED]: "cancelled",
};

/** The dialect's word for a job's state. */
export function taskStatusOf(state: JobState): TaskStatus {
  return statusOfState[state];
}

/** The job states that a word stands for. */
export function jobStatesOf(status: TaskStatus): JobState[] {
  const states = Object.values(JobState).filter((state): state is JobState => typeof state === "number");
  return states.filter((state) => state !== JobState.UNSPECIFIED && statusOfState[state] === status);
}

/** The dialect's word for a runner's state; a revoked runner can do nothing and is shown as gone. */
export function workerStatusOf(state: RunnerState): WorkerStatus {
  if (state === RunnerState.IDLE) return "idle";
  return state === RunnerState.BUSY ? "busy" : "offline";
}

/** The runner states that a word stands for. */
export function runnerStatesOf(status: WorkerStatus): RunnerState[] {
  if (status === "idle") return [RunnerState.IDLE];
  return status === "busy" ? [RunnerState.BUSY] : [RunnerState.OFFLINE, RunnerState.REVOKED];
}

const levelOfWord: Readonly<Record<LogLevelWord, LogLevel>> = {
  debug: LogLevel.DEBUG,
  info: LogLevel.INFO,
  warning: LogLevel.WARNING,
  error: LogLevel.ERROR,
  critical: LogLevel.CRITICAL,
};

/** The core's level for a word. */
export function logLevelOf(word: LogLevelWord): LogLevel {
  return levelOfWord[word];
}

/** The word for a level of the core; undefined when the producer said none. */
export function logLevelWord(level: LogLevel): LogLevelWord | undefined {
  return logLevels.find((word) => levelOfWord[word] === level);
}

/** Tells whether a word is one of a list, and narrows it. */
export function isOneOf<Word extends string>(words: readonly Word[], word: unknown): word is Word {
  return words.includes(word as Word);
}

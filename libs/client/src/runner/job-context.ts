import { payloadJson } from "../payload.js";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { Attempt } from "./attempt.js";
import type { AttemptLog } from "./log/attempt-log.js";
import { mergeProgress } from "./report/merge-progress.js";
import type { ProgressInit } from "./report/report-init.js";
import type { ReportQueue } from "./report/report-queue.js";

/** A job's input. */
export interface JobInput {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /**
   * The input as JSON; the type is the caller's word.
   *
   * @throws SwitchyardError `INVALID_ARGUMENT` when it is no JSON; uncaught, the attempt fails with that message
   */
  json<T = unknown>(): T;
  text(): string;
}

/** Writes structured entries to one stream. Entries go on their way at once; nothing needs to be awaited. */
export interface JobLog {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warning(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** What a handler works with. */
export interface JobContext {
  /** Everything that the scheduler says about the job and this attempt. */
  readonly lease: Lease;
  readonly input: JobInput;
  /** Aborted with a `JobStopped` when the work shall end; pass it on to whatever waits. */
  readonly signal: AbortSignal;
  /** A structured log. Default stream: `log`. */
  log(stream?: string): JobLog;
  /** Appends output of a process; settles when there is room for more. Lines go on as soon as they are complete. */
  write(stream: string, chunk: Uint8Array | string): Promise<void>;
  /** Settles when all that was logged so far is durable. */
  flush(): Promise<void>;
  /** States the progress. What is left out stays; steps are joined by name. Calls in quick succession become one. */
  progress(progress: ProgressInit): void;
}

/** Does the work of a job. The value that it settles with is the result: bytes as they are, anything else as JSON. */
export type JobHandler = (context: JobContext) => unknown;

/** Makes the context of an attempt. */
export function createJobContext(attempt: Attempt, attemptLog: AttemptLog, reports: ReportQueue): JobContext {
  const { lease } = attempt;
  const bytes = lease.input?.data ?? new Uint8Array();
  let stated: ProgressInit = {};
  return {
    lease,
    get signal() {
      return attempt.signal;
    },
    input: {
      bytes,
      contentType: lease.input?.contentType ?? "",
      json: () => payloadJson(lease.input),
      text: () => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
    },
    log(stream = "log") {
      const at = (level: LogLevel) => (message: string, fields?: object) =>
        attemptLog.add(stream, {
          level,
          message,
          ...(fields === undefined ? {} : { fields: Buffer.from(JSON.stringify(fields)) }),
        });
      return {
        debug: at(LogLevel.DEBUG),
        info: at(LogLevel.INFO),
        warning: at(LogLevel.WARNING),
        error: at(LogLevel.ERROR),
      };
    },
    write: (stream, chunk) => attemptLog.write(stream, typeof chunk === "string" ? Buffer.from(chunk) : chunk),
    flush: () => attemptLog.flushed(),
    progress(change) {
      stated = mergeProgress(stated, change);
      reports.progress(attempt, stated);
    },
  };
}

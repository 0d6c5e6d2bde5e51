import { formatTraceparent } from "@switchyard/tracing";
import { payloadJson } from "../payload.js";
import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { ArtifactContent, ArtifactOptions, ArtifactSender } from "./artifact/artifact-sender.js";
import type { Attempt } from "./attempt.js";
import type { LazyLog } from "./log/lazy-log.js";
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

/** What a handler works with. Its functions may be taken out of it; it cannot be copied by spreading. */
export interface JobContext {
  /** Everything that the scheduler says about the job and this attempt. */
  readonly lease: Lease;
  readonly input: JobInput;
  /** Aborted with a `JobStopped` when the work shall end; pass it on to whatever waits. */
  readonly signal: AbortSignal;
  /**
   * The `traceparent` (W3C Trace Context) for whatever the handler calls or starts: the span of this attempt where the process has an OpenTelemetry SDK, whose spans
   * nest below it by themselves; else that of the job. Empty: the job is in no trace that is kept.
   */
  readonly traceParent: string;
  /** A structured log. Default stream: `log`. */
  log(stream?: string): JobLog;
  /** Appends output of a process; settles when there is room for more. Lines go on as soon as they are complete. */
  write(stream: string, chunk: Uint8Array | string): Promise<void>;
  /** Settles when all that was logged so far is durable. */
  flush(): Promise<void>;
  /**
   * Stores a file of this attempt, and settles when it is durable. It becomes visible, under its name, when the outcome is taken; of an attempt that is lost or given back nothing does. A name
   * that was used before is replaced.
   *
   * @throws ConnectError what the services refuse, a name that is too long for instance; the reason of `signal` when that aborts
   */
  artifact(name: string, content: ArtifactContent, options?: ArtifactOptions): Promise<void>;
  /** States the progress. What is left out stays; steps are joined by name. Calls in quick succession become one. */
  progress(progress: ProgressInit): void;
}

/** Does the work of a job. The value that it settles with is the result: bytes as they are, anything else as JSON. */
export type JobHandler = (context: JobContext) => unknown;

/** Makes the context of an attempt. */
export function createJobContext(
  lease: Lease,
  attempt: Attempt,
  log: LazyLog,
  { reports, artifacts }: { readonly reports: ReportQueue; readonly artifacts: ArtifactSender },
): JobContext {
  return new AttemptContext(lease, attempt, log, reports, artifacts);
}

const nothing = new Uint8Array();

/**
 * Handlers take functions out of their context (`({ log, progress }) => ...`), so these are bound to it. They are made when they
 * are asked for: a context whose job uses none of them costs one object.
 */
class AttemptContext implements JobContext {
  readonly lease: Lease;
  readonly #attempt: Attempt;
  readonly #log: LazyLog;
  readonly #reports: ReportQueue;
  readonly #artifacts: ArtifactSender;
  #input: JobInput | undefined;
  #stated: ProgressInit | undefined;

  constructor(lease: Lease, attempt: Attempt, log: LazyLog, reports: ReportQueue, artifacts: ArtifactSender) {
    this.lease = lease;
    this.#attempt = attempt;
    this.#log = log;
    this.#reports = reports;
    this.#artifacts = artifacts;
  }

  get input(): JobInput {
    this.#input ??= new PayloadInput(this.lease.input);
    return this.#input;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get traceParent(): string {
    const { span } = this.#attempt;
    return span === undefined ? this.lease.traceParent : formatTraceparent(span.spanContext());
  }

  get log(): JobContext["log"] {
    return (stream = "log") => {
      const at = (level: LogLevel) => (message: string, fields?: object) =>
        this.#log.open().add(stream, {
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
    };
  }

  get write(): JobContext["write"] {
    return (stream, chunk) => this.#log.open().write(stream, typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  }

  get flush(): JobContext["flush"] {
    return async () => this.#log.opened?.flushed();
  }

  get artifact(): JobContext["artifact"] {
    return (name, content, options) => this.#artifacts.upload(this.#attempt, name, content, options);
  }

  get progress(): JobContext["progress"] {
    return (change) => {
      this.#stated = mergeProgress(this.#stated ?? {}, change);
      this.#reports.progress(this.#attempt, this.#stated);
    };
  }
}

class PayloadInput implements JobInput {
  readonly #payload: Payload | undefined;

  constructor(payload: Payload | undefined) {
    this.#payload = payload;
  }

  get bytes(): Uint8Array {
    return this.#payload?.data ?? nothing;
  }

  get contentType(): string {
    return this.#payload?.contentType ?? "";
  }

  get json(): JobInput["json"] {
    return () => payloadJson(this.#payload);
  }

  get text(): JobInput["text"] {
    return () => {
      const { buffer, byteOffset, byteLength } = this.bytes;
      return Buffer.from(buffer, byteOffset, byteLength).toString("utf8");
    };
  }
}

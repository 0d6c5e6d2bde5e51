import { readFile } from "node:fs/promises";
import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type JobContext, jsonPayload } from "@switchyard/client";
import { LeaseSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";

let jobs = 0;

/** What matters to a case. */
export interface JobContextDoubleOptions {
  readonly graceMs?: number;
  readonly kind?: string;
  readonly jobId?: string;
  readonly attempt?: number;
  readonly secretNames?: string[];
  readonly executionMs?: number;
  /** What uploads are answered with. */
  readonly refuseArtifacts?: Error;
}

/** A job's context that keeps what the executor writes. */
export function createJobContextDouble(input: unknown, options: JobContextDoubleOptions = {}) {
  const controller = new AbortController();
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const artifacts = new Map<string, string>();
  const logged: string[] = [];
  const progressed: string[] = [];
  const room = { wait: async () => {} };
  const payload = jsonPayload(input);
  const lease = create(LeaseSchema, {
    namespace: "test",
    jobId: options.jobId ?? `job-${process.pid}-${++jobs}`,
    attempt: options.attempt ?? 1,
    secretNames: options.secretNames ?? [],
    ...(options.executionMs !== undefined && { executionTimeLeft: durationFromMs(options.executionMs) }),
    kind: options.kind ?? "shell.run",
    stopGrace: durationFromMs(options.graceMs ?? 300),
  });
  const add = (message: string) => void logged.push(message);
  const context: JobContext = {
    lease,
    traceParent: "",
    signal: controller.signal,
    input: {
      bytes: payload.data,
      contentType: payload.contentType,
      json: () => input as never,
      text: () => Buffer.from(payload.data).toString("utf8"),
    },
    log: () => ({ debug: add, info: add, warning: add, error: add }),
    async write(stream, chunk) {
      output[stream as "stdout" | "stderr"].push(Buffer.from(chunk as Uint8Array));
      await room.wait();
    },
    flush: async () => {},
    async artifact(name, content) {
      if (options.refuseArtifacts !== undefined) throw options.refuseArtifacts;
      artifacts.set(name, await readFile((content as { readonly file: string }).file, "utf8"));
    },
    progress: ({ message = "" }) => void progressed.push(message),
  };
  return {
    context,
    artifacts,
    logged,
    progressed,
    room,
    abort: (reason: unknown = new Error("stop")) => controller.abort(reason),
    written: (stream: "stdout" | "stderr") => Buffer.concat(output[stream]),
    group: { jobId: lease.jobId, attempt: lease.attempt },
  };
}

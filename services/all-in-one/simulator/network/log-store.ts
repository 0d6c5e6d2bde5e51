import { SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { LogAppend } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";

/** A stream of one attempt. */
export interface SimStream {
  readonly job: string;
  readonly attempt: number;
  readonly stream: string;
  readonly lines: string[];
}

/** What is kept of a job's logs. */
interface JobLogs {
  /** Attempts below this one take nothing more. */
  sealedBefore: number;
  readonly sealed: Set<number>;
  readonly streams: Map<string, SimStream>;
}

/** Logs that are durable as soon as they are answered, with the fence of the real log store: an append to an attempt that was sealed is refused. */
export class SimLogs {
  readonly #jobs = new Map<string, JobLogs>();

  /** All streams, and whether they take more. */
  *streams(): Generator<SimStream & { readonly sealed: boolean }> {
    for (const job of this.#jobs.values())
      for (const stream of job.streams.values()) yield { ...stream, sealed: isSealed(job, stream.attempt) };
  }

  /** `LogService`, as far as runner gateways use it. */
  route(): ServiceRoute {
    return route(LogService, {
      appendLog: ({ namespace, appends }) => ({
        results: appends.map(({ jobId, attempt, append }) =>
          this.#append(`${namespace}/${jobId}`, jobId, attempt, append),
        ),
      }),
      sealLog: ({ namespace, targets }) => {
        for (const { jobId, which } of targets) {
          const job = this.#job(`${namespace}/${jobId}`);
          if (which.case === "attempt") job.sealed.add(which.value);
          else if (which.case === "beforeAttempt") job.sealedBefore = Math.max(job.sealedBefore, which.value);
        }
        return { sealedCount: targets.length };
      },
    });
  }

  #job(key: string): JobLogs {
    let job = this.#jobs.get(key);
    if (!job) {
      job = { sealedBefore: 0, sealed: new Set(), streams: new Map() };
      this.#jobs.set(key, job);
    }
    return job;
  }

  #append(key: string, id: string, attempt: number, append: LogAppend | undefined) {
    const { stream: name = "", expectedSequence } = append ?? {};
    const job = this.#job(key);
    if (isSealed(job, attempt)) return { reason: ErrorReason.LOG_SEALED, message: "the stream is sealed" };
    let stream = job.streams.get(`${attempt}/${name}`);
    if (!stream) {
      stream = { job: id, attempt, stream: name, lines: [] };
      job.streams.set(`${attempt}/${name}`, stream);
    }
    const first = expectedSequence === undefined ? stream.lines.length : Number(expectedSequence);
    if (first > stream.lines.length)
      return { reason: ErrorReason.SEQUENCE_MISMATCH, message: `the next number is ${stream.lines.length}` };
    const lines = linesOf(append);
    stream.lines.push(...lines.slice(stream.lines.length - first));
    return { firstSequence: BigInt(first), nextSequence: BigInt(first + lines.length) };
  }
}

function isSealed({ sealed, sealedBefore }: JobLogs, attempt: number): boolean {
  return attempt < sealedBefore || sealed.has(attempt);
}

/** The lines of an append. */
export function linesOf(append: LogAppend | undefined): string[] {
  switch (append?.content.case) {
    case "entries":
      return append.content.value.entries.map(({ message }) => message);
    case "text":
      return Buffer.from(append.content.value.lines)
        .toString()
        .split("\n")
        .filter((line) => line !== "");
    default:
      throw new SwitchyardError("INVALID_ARGUMENT", "only entries and text are simulated", { field: "content" });
  }
}

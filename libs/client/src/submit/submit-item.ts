import type { MessageInitShape } from "@bufbuild/protobuf";
import type { JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { SubmitItemSchema, SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Caller } from "@switchyard/tracing";

/** What a caller says about a job that it wants. */
export type JobSpecInit = MessageInitShape<typeof JobSpecSchema>;

/** What may be said beside the job. */
export interface SubmitOptions {
  /** Names the job for repeats by the caller itself, over processes too; kept for the namespace's window (24 h). */
  readonly idempotencyKey?: string;
  /** Digest of what the caller was asked for; the same key with another digest is refused. */
  readonly fingerprint?: Uint8Array;
  /** Gives up waiting. A job that is on its way by then may be admitted all the same. */
  readonly signal?: AbortSignal;
}

/** One submit that waits for its answer. */
export interface WaitingSubmit {
  readonly item: MessageInitShape<typeof SubmitItemSchema>;
  /** About as many bytes as it will have on the wire. */
  readonly bytes: number;
  /** The span in which it was submitted. */
  readonly caller: Caller;
  /** The caller gave up before it was sent. */
  abandoned: boolean;
  resolve(job: SubmittedJob): void;
  reject(error: unknown): void;
}

const fixedBytes = 256;

/** Estimates the size of an item from what can be large in it; encoding it to find out would cost as much as sending it. */
export function estimateItemBytes(spec: JobSpecInit): number {
  const bytes = fixedBytes + (spec.input?.data?.length ?? 0) + (spec.clientData?.length ?? 0);
  const pairs = pairBytes(spec.labels) + pairBytes(spec.requiredLabels);
  return bytes + pairs + (spec.dependencies?.length ?? 0) * 48;
}

function pairBytes(pairs: Readonly<Record<string, string>> | undefined): number {
  let bytes = 0;
  if (pairs === undefined) return bytes;
  for (const name in pairs) bytes += name.length + (pairs[name] as string).length + 8;
  return bytes;
}

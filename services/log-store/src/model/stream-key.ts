/** Names one attempt of one job. */
export interface AttemptKey {
  readonly namespace: string;
  readonly jobId: string;
  /** From 1. */
  readonly attempt: number;
}

/** Names one stream of one attempt. */
export interface StreamKey extends AttemptKey {
  readonly stream: string;
}

// Names hold no control characters, so this one keeps them apart.
const SEPARATOR = "\u0000";

/** A map key for a job. */
export function jobText({ namespace, jobId }: { readonly namespace: string; readonly jobId: string }): string {
  return namespace + SEPARATOR + jobId;
}

/** A map key for an attempt. */
export function attemptText(key: AttemptKey): string {
  return jobText(key) + SEPARATOR + key.attempt;
}

/** A map key for a stream. */
export function streamText(key: StreamKey): string {
  return attemptText(key) + SEPARATOR + key.stream;
}

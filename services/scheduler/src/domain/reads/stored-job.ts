import type { JobBody } from "../core/writes.js";
import type { EndedAttemptState, EndReason, FinalState, OutcomeKind } from "../core/model.js";

/** A job as it was submitted. */
export interface StoredJob {
  readonly serial: number;
  readonly shapeId: number;
  readonly kind: string;
  readonly subject: string;
  readonly createdMicros: number;
  /** Undefined when there is none, or when it was not asked for. */
  readonly input: Uint8Array | undefined;
  readonly contentType: string;
  readonly extras: Uint8Array | undefined;
  /** What a later submit replaced of them; see `JobBody`. */
  readonly replaced: JobBody["replaced"];
  /** Its place, as last amended. */
  readonly rankClass: number;
  readonly rank: number;
  readonly weight: number;
  /** Rises with each amendment, from 1. */
  readonly revision: number;
  readonly reuseKey: string;
  /** Serial of the job that it resumes from; 0 for none. */
  readonly resumeFrom: number;
  /** It is listed among the dead letters. */
  readonly isDeadLetter: boolean;
  /** It was taken out of the dead letters. */
  readonly dismissed: boolean;
}

/** An end that was recorded: of an attempt, of a job, or of both. Times in ms; 0 is none. */
export interface StoredEnd {
  readonly serial: number;
  readonly reopen: number;
  /** The attempt that ended, or the last one before a waiting job ended; 0 for none. */
  readonly attempt: number;
  /** How the attempt ended; undefined when a waiting job ended. */
  readonly attemptState: EndedAttemptState | undefined;
  /** How the job ended; undefined while it went on. */
  readonly jobState: FinalState | undefined;
  readonly reason: EndReason | "";
  readonly message: string;
  readonly actor: string;
  /** The runner's word; undefined when it did not report. */
  readonly kind: OutcomeKind | undefined;
  readonly endedBy: string;
  readonly runnerId: string;
  readonly claimedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly retryable: boolean;
  readonly claimInfo: Uint8Array | undefined;
  readonly result: Uint8Array | undefined;
  readonly resultType: string;
  /** Labels, metrics, artifacts and stream lengths as JSON text. */
  readonly facts: string;
  /** As the store encodes it; see `progress-text.ts`. */
  readonly progress: string;
}

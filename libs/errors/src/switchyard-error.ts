import { catalogue } from "./catalogue.js";
import type { Reason } from "./reason.js";

/** What may be said beside reason and message. */
export interface SwitchyardErrorOptions {
  /** How long the caller should wait at least before it repeats the call, in milliseconds. Unset: not said. */
  readonly retryAfterMs?: number;
  /** The error below this one; goes to the log, never to the caller. */
  readonly cause?: unknown;
}

/**
 * An expected failure. The message helps a person, the reason helps a program, and each dynamic part of the message
 * is also in the metadata (https://google.aip.dev/193).
 */
export class SwitchyardError extends Error {
  override readonly name = "SwitchyardError";
  readonly reason: Reason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: Reason,
    message: string = catalogue[reason].help,
    metadata: Readonly<Record<string, string>> = {},
    options: SwitchyardErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.metadata = metadata;
    this.retryAfterMs = options.retryAfterMs;
  }
}

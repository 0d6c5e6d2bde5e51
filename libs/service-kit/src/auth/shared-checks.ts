import { SwitchyardError } from "@switchyard/errors";
import { createTokenBucket } from "../middleware/token-bucket.js";
import type { TokenCheck, TokenVerdict } from "./token-verdict.js";

/** What {@link createSharedChecks} needs. */
export interface SharedChecksOptions {
  readonly check: TokenCheck;
  /** Told of the first check that fails after one that did not. */
  readonly onError: (error: unknown) => void;
  /** Checks of unfamiliar tokens per second, over all callers; twice as many at once. Default 100. */
  readonly checksPerSecond?: number;
  /** A clock that rises steadily, in milliseconds. */
  readonly nowMs: () => number;
}

/** A check that has ended. */
interface Checked {
  readonly verdict: TokenVerdict;
  /** When it began: what happened later, it may not have seen. */
  readonly askedAtMs: number;
  /** Whether nobody has said since then that the token has changed. */
  readonly current: boolean;
}

/** Checks tokens, each by one call at a time. */
export interface SharedChecks {
  /**
   * Checks a token, or waits for the check of it that is under way.
   *
   * @param familiar whether it was valid before; others share an allowance, so that whoever makes tokens up does not make checks
   * @throws SwitchyardError SERVICE_UNAVAILABLE when there is no answer, RATE_LIMITED when the allowance is used up
   */
  check(hex: string, familiar: boolean): Promise<Checked>;
  /** Whether a check is under way. */
  pending(hex: string): boolean;
  /** The token has changed: a check under way may not have seen that. */
  disregard(hex: string): void;
}

/** Unfamiliar tokens that are checked at once: a check that hangs must not let memory grow. */
const maxUnfamiliar = 200;

/** Longest check of a familiar token: one that was begun 2.5 s after the last has failed before 5 s, and nobody waits. */
const familiarMs = 2_000;
/** Longest check of any other one: its caller waits, and would be refused. */
const unfamiliarMs = 5_000;

/** Creates the checks. */
export function createSharedChecks(options: SharedChecksOptions): SharedChecks {
  const { check, onError, checksPerSecond = 100, nowMs } = options;
  const pending = new Map<string, Promise<Checked>>();
  const allowance = createTokenBucket({ perSecond: checksPerSecond, nowMs });
  let unfamiliar = 0;
  let failing = false;

  async function run(hex: string, timeoutMs: number, isPending: () => boolean): Promise<Checked> {
    const askedAtMs = nowMs();
    try {
      const verdict = await withLimit((signal) => check(Buffer.from(hex, "hex"), signal), timeoutMs);
      failing = false;
      return { verdict, askedAtMs, current: isPending() };
    } catch (cause) {
      if (!failing) onError(cause);
      failing = true;
      throw new SwitchyardError("SERVICE_UNAVAILABLE", "the token cannot be checked now", {}, { cause });
    }
  }

  function begin(hex: string, familiar: boolean): Promise<Checked> {
    if (!familiar) admit();
    const running: Promise<Checked> = run(
      hex,
      familiar ? familiarMs : unfamiliarMs,
      () => pending.get(hex) === running,
    ).finally(() => {
      if (!familiar) unfamiliar -= 1;
      if (pending.get(hex) === running) pending.delete(hex);
    });
    pending.set(hex, running);
    return running;
  }

  function admit(): void {
    const retryAfterMs = unfamiliar >= maxUnfamiliar ? 1_000 : allowance.take();
    if (retryAfterMs > 0) {
      throw new SwitchyardError("RATE_LIMITED", "too many unfamiliar tokens are shown", {}, { retryAfterMs });
    }
    unfamiliar += 1;
  }

  return {
    // Asynchronous, so that a refusal is a rejection like every other one.
    check: async (hex, familiar) => pending.get(hex) ?? begin(hex, familiar),
    pending: (hex) => pending.has(hex),
    disregard: (hex) => void pending.delete(hex),
  };
}

/** Runs a check for so long, whether it heeds its signal or not. */
async function withLimit(check: (signal: AbortSignal) => Promise<TokenVerdict>, ms: number): Promise<TokenVerdict> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer for ${ms} ms`);
      controller.abort(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([check(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

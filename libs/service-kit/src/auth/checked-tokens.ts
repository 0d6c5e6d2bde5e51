import { hash } from "node:crypto";
import { AgedMap } from "@switchyard/collections";
import { SwitchyardError } from "@switchyard/errors";
import type { Authenticator } from "./authenticator.js";
import type { Principal } from "./principal.js";
import { createSharedChecks, type SharedChecksOptions } from "./shared-checks.js";
import type { TokenVerdict } from "./token-verdict.js";

/** What {@link createCheckedTokens} needs. */
export interface CheckedTokensOptions extends Omit<SharedChecksOptions, "nowMs"> {
  readonly clocks?: {
    /** Rises steadily, in milliseconds. */
    readonly monotonicMs: () => number;
    /** Milliseconds since 1970. */
    readonly wallMs: () => number;
  };
}

/** Recognises tokens that were created while the installation ran. */
export interface CheckedTokens extends Authenticator {
  /** Forgets what is known of a token, so that its next use is checked. @param hex SHA-256 of the token, hexadecimal */
  forget(hex: string): void;
}

/** From this age on, a use has a known token checked again, and does not wait for it. */
const refreshMs = 2_500;
/** Up to this age a valid token is let in unchecked: so long a revocation may take. */
const freshMs = 5_000;
/** Up to this age a valid token is let in while nothing can be checked. */
const graceMs = 30_000;
/** Wait between two checks of one token while they fail. */
const retryMs = 1_000;
/** How long a token that is not valid is refused unchecked. */
const refusedMs = 1_000;
/** Tokens remembered of each sort. Those in use stay, as each check makes them the youngest. */
const maxKept = 10_000;

/** Beginning and 256 random bits: what is not of this form is not one, and costs no check. */
const form = /^swt_[0-9a-f]{64}$/;

interface Known {
  readonly principal: Principal;
  readonly expiresAtMs: number | undefined;
  /** When the check began that said so. */
  readonly askedAtMs: number;
  /** When the last check after that one failed. */
  failedAtMs: number | undefined;
}

interface Refused {
  readonly state: "ended" | "unknown";
  readonly askedAtMs: number;
}

/**
 * Recognises tokens by a check whose answers are kept for a while. A token in use is checked every 2.5 s behind the calls, so
 * that none waits; an answer holds for 5 s, and while checks fail, for 30 s. A token of which nothing is known is never let in
 * without a check. Keys are digests: they depend on the token in a way that no caller can steer, so that looking them up tells
 * nothing by its time.
 */
export function createCheckedTokens({ clocks, ...options }: CheckedTokensOptions): CheckedTokens {
  const { monotonicMs, wallMs } = clocks ?? { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const checks = createSharedChecks({ ...options, nowMs: monotonicMs });
  const known = new AgedMap<string, Known>();
  const refused = new AgedMap<string, Refused>();

  function keep(hex: string, verdict: TokenVerdict, askedAtMs: number): void {
    if (verdict.state === "valid") {
      refused.delete(hex);
      bound(known);
      known.set(hex, {
        principal: verdict.principal,
        expiresAtMs: verdict.expiresAtMs,
        askedAtMs,
        failedAtMs: undefined,
      });
    } else {
      known.delete(hex);
      bound(refused);
      refused.set(hex, { state: verdict.state, askedAtMs });
    }
  }

  /** Has a token checked, and keeps the answer. */
  async function ask(hex: string, familiar: boolean): Promise<Principal | undefined> {
    const { verdict, askedAtMs, current } = await checks.check(hex, familiar);
    if (current) keep(hex, verdict, askedAtMs);
    if (verdict.state === "valid") return requireUnexpired(verdict.principal, verdict.expiresAtMs);
    return refuse(verdict.state);
  }

  /** The same for a token that was valid at its last check. */
  async function askAgain(hex: string, entry: Known): Promise<Principal | undefined> {
    try {
      return await ask(hex, true);
    } catch (error) {
      if (error instanceof SwitchyardError && error.reason !== "SERVICE_UNAVAILABLE") throw error;
      entry.failedAtMs = monotonicMs();
      if (monotonicMs() - entry.askedAtMs > graceMs) throw error;
      return requireUnexpired(entry.principal, entry.expiresAtMs);
    }
  }

  function behindTheCall(hex: string, entry: Known): void {
    if (checks.pending(hex)) return;
    if (entry.failedAtMs !== undefined && monotonicMs() - entry.failedAtMs < retryMs) return;
    // A refusal is for the next call to tell.
    askAgain(hex, entry).catch(() => undefined);
  }

  /** Whether to wait for a check would most likely be in vain. */
  function failsNow({ failedAtMs }: Known): boolean {
    return failedAtMs !== undefined && monotonicMs() - failedAtMs < freshMs;
  }

  function requireUnexpired(principal: Principal, expiresAtMs: number | undefined): Principal {
    if (expiresAtMs !== undefined && expiresAtMs <= wallMs()) throw tokenEnded();
    return principal;
  }

  return {
    authenticate(token) {
      if (!form.test(token)) return undefined;
      const hex = hash("sha256", token, "hex");
      const now = monotonicMs();
      const entry = known.get(hex);
      if (entry !== undefined) {
        const age = now - entry.askedAtMs;
        if (age >= freshMs && !(age < graceMs && failsNow(entry))) return askAgain(hex, entry);
        if (age >= refreshMs) behindTheCall(hex, entry);
        return requireUnexpired(entry.principal, entry.expiresAtMs);
      }
      const refusal = refused.get(hex);
      if (refusal !== undefined && now - refusal.askedAtMs < refusedMs) return refuse(refusal.state);
      return ask(hex, false);
    },
    forget(hex) {
      known.delete(hex);
      refused.delete(hex);
      checks.disregard(hex);
    },
  };
}

function bound(kept: AgedMap<string, unknown>): void {
  const oldest = kept.size >= maxKept ? kept.oldest() : undefined;
  if (oldest !== undefined) kept.delete(oldest[0]);
}

function refuse(state: "ended" | "unknown"): undefined {
  if (state === "ended") throw tokenEnded();
  return undefined;
}

function tokenEnded(): SwitchyardError {
  return new SwitchyardError("TOKEN_REVOKED", "the token was revoked or has expired");
}

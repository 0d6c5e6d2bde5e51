import type { Principal } from "./principal.js";

/** What is known of a token that was created while the installation ran. */
export type TokenVerdict =
  /** It is valid; unset `expiresAtMs` (milliseconds since 1970) is for ever. */
  | { readonly state: "valid"; readonly principal: Principal; readonly expiresAtMs: number | undefined }
  /** It was revoked or has expired. */
  | { readonly state: "ended" }
  /** There never was such a token. */
  | { readonly state: "unknown" };

/**
 * Looks at a token.
 *
 * @param digest SHA-256 of the token
 * @throws when nothing can be said now; that is about the look and not about the token
 */
export type TokenCheck = (digest: Buffer, signal: AbortSignal) => Promise<TokenVerdict>;

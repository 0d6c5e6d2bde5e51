import type { Principal, Scope, TokenVerdict } from "@switchyard/service-kit";

/** What a token allows. */
export interface AccessGrant {
  /** Unique among valid tokens. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly namespaces: "all" | readonly string[];
}

/** An access token as it is kept: without itself. */
export interface AccessToken {
  readonly id: string;
  /** First characters of the token, by which people recognise it. */
  readonly prefix: string;
  readonly grant: AccessGrant;
  /** Milliseconds since 1970, here and below. */
  readonly createdAtMs: number;
  /** Name of the principal that created it. */
  readonly creator: string;
  /** Unset: never. */
  readonly expiresAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
  /** To the minute. */
  readonly lastUsedAtMs: number | undefined;
}

/** Beginning of every access token, by which a text is recognised as one, and found by scanners where it should not be. */
export const tokenBeginning = "swt_";

/** What is to be said about a token. @param token as it is kept; undefined when there never was such a one */
export function verdictOn(token: AccessToken | undefined, wallMs: number): TokenVerdict {
  if (token === undefined) return { state: "unknown" };
  const { revokedAtMs, expiresAtMs } = token;
  if (revokedAtMs !== undefined || (expiresAtMs !== undefined && expiresAtMs <= wallMs)) return { state: "ended" };
  return { state: "valid", principal: principalOf(token), expiresAtMs };
}

/** Who calls with a token. Its name begins as no token's can, so that limits and audit take it for nobody else. */
function principalOf({ grant: { name, scopes, namespaces } }: AccessToken): Principal {
  return {
    name: `token:${name}`,
    scopes: new Set(scopes),
    namespaces: namespaces === "all" ? "all" : new Set(namespaces),
  };
}

import { randomUUID } from "node:crypto";
import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import { inTransaction, type Pool } from "@switchyard/postgres";
import { hasScope, mayTouch, type Principal, type TokenVerdict } from "@switchyard/service-kit";
import {
  type AccessTokenSelection,
  findAccessToken,
  insertAccessToken,
  listAccessTokens,
  revokeAccessToken,
} from "../../store/access-tokens.js";
import { issueToken } from "../runner-token.js";
import { type AccessGrant, type AccessToken, tokenBeginning, verdictOn } from "./access-token.js";
import type { TokenUses } from "./token-uses.js";

/** What to list. */
export interface TokenQuery extends Pick<AccessTokenSelection, "namespace" | "after" | "size"> {
  readonly includeEnded: boolean;
}

/** The tokens of people and services. */
export interface AccessTokens {
  /**
   * Makes a token; the secret is known to the caller only, from now on.
   *
   * @throws SwitchyardError PERMISSION_DENIED for what the creator may not do itself, ALREADY_EXISTS when a valid token has the
   * name, INVALID_ARGUMENT when it would have expired already
   */
  create(
    creator: Principal,
    grant: AccessGrant,
    expiresAtMs: number | undefined,
  ): Promise<{ readonly secret: string; readonly token: AccessToken }>;
  /** A page of the tokens that the caller may see, newest first, and whether there are more. */
  list(
    caller: Principal,
    query: TokenQuery,
  ): Promise<{ readonly tokens: readonly AccessToken[]; readonly more: boolean }>;
  /**
   * Ends a token, once.
   *
   * @throws SwitchyardError TOKEN_NOT_FOUND for one that is not there or that the caller may not see
   */
  revoke(caller: Principal, id: string): Promise<AccessToken>;
  /** Says what became of a token, as the database has it now, and notes the use. */
  check(digest: Uint8Array): Promise<TokenVerdict>;
}

/** What {@link createAccessTokens} needs. */
export interface AccessTokensDeps {
  readonly pool: Pool;
  readonly uses: TokenUses;
  readonly clock: Clock;
  /** A token was revoked by this replica. @param digest its SHA-256, hexadecimal */
  readonly onRevoked: (digest: string) => void;
}

/** Creates the use cases around access tokens. */
export function createAccessTokens({ pool, uses, clock, onRevoked }: AccessTokensDeps): AccessTokens {
  return {
    async create(creator, grant, expiresAtMs) {
      requireHas(creator, grant);
      const nowMs = clock.wallMs();
      if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
        throw new SwitchyardError("INVALID_ARGUMENT", "expire_time has passed", { field: "expire_time" });
      }
      const { token: secret, digest, prefix } = issueToken(tokenBeginning);
      const token: AccessToken = {
        ...{ id: randomUUID(), prefix, grant, creator: creator.name },
        ...{ createdAtMs: nowMs, expiresAtMs, revokedAtMs: undefined, lastUsedAtMs: undefined },
      };
      const isNew = await inTransaction(pool, (db) => insertAccessToken(db, token, digest));
      if (isNew) return { secret, token };
      const { name } = grant;
      throw new SwitchyardError("ALREADY_EXISTS", `a valid token is called ${name} already`, { name });
    },
    async list(caller, { includeEnded, size, ...query }) {
      const validAt = includeEnded ? undefined : new Date(clock.wallMs());
      const selection = { ...query, within: namespacesOf(caller), validAt, size: size + 1 };
      const found = await listAccessTokens(pool, selection);
      return { tokens: found.slice(0, size), more: found.length > size };
    },
    async revoke(caller, id) {
      const revoked = await revokeAccessToken(pool, namespacesOf(caller), id, new Date(clock.wallMs()));
      if (revoked === undefined) throw new SwitchyardError("TOKEN_NOT_FOUND", `there is no token ${id}`, { token: id });
      // Others hear of it by a notification; here it holds before the answer.
      onRevoked(revoked.digest);
      return revoked.token;
    },
    async check(digest) {
      const token = await findAccessToken(pool, digest);
      const nowMs = clock.wallMs();
      const verdict = verdictOn(token, nowMs);
      if (token !== undefined && verdict.state === "valid") uses.note(token.id, token.lastUsedAtMs, nowMs);
      return verdict;
    },
  };
}

/** Refuses a grant that goes beyond what its creator may do. */
function requireHas(creator: Principal, { scopes, namespaces }: AccessGrant): void {
  const scope = scopes.find((one) => !hasScope(creator, one));
  if (scope !== undefined) {
    throw new SwitchyardError("PERMISSION_DENIED", `${creator.name} has not scope ${scope} itself`, { scope });
  }
  if (creator.namespaces === "all") return;
  if (namespaces === "all") {
    throw new SwitchyardError("PERMISSION_DENIED", `${creator.name} may not touch every namespace itself`);
  }
  const namespace = namespaces.find((one) => !mayTouch(creator, one));
  if (namespace === undefined) return;
  throw new SwitchyardError("PERMISSION_DENIED", `${creator.name} may not touch namespace ${namespace}`, { namespace });
}

function namespacesOf({ namespaces }: Principal): AccessGrant["namespaces"] {
  return namespaces === "all" ? "all" : [...namespaces];
}

import { timingSafeEqual } from "node:crypto";
import type { UserToken } from "../config.js";
import type { Role } from "../vocabulary.js";
import { tokenDigest } from "./bearer-token.js";

/** A user as a token names one. */
export interface User {
  readonly name: string;
  readonly role: Role;
}

/** Knows the users' tokens by their digests. */
export type UserTokens = (digest: Uint8Array) => User | undefined;

/** Keeps the digests of the configured tokens, and no token. */
export function createUserTokens(tokens: readonly UserToken[]): UserTokens {
  const known = tokens.map(({ token, user, role }) => ({ digest: tokenDigest(token), user: { name: user, role } }));
  return (digest) => {
    let found: User | undefined;
    // To the end in every case: how long it takes must not tell which one was hit.
    for (const { digest: other, user } of known) if (timingSafeEqual(other, digest)) found = user;
    return found;
  };
}

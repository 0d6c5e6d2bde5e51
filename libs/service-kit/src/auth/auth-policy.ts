import type { Logger } from "pino";
import { splitHostPort } from "../config/fields.js";
import { type Authenticator, firstOf } from "./authenticator.js";
import { omnipotent, type Principal } from "./principal.js";
import { createStaticAuthenticator, type StaticToken } from "./static-tokens.js";

/** How callers are recognised. */
export interface AuthPolicy {
  /** Recognises tokens. */
  readonly authenticator: Authenticator;
  /** Who a call without a token is. Unset: such calls are refused. */
  readonly anonymous?: Principal;
}

/** What decides about the policy. */
export interface AuthPolicyOptions {
  /** The configured tokens. */
  readonly tokens: readonly StaticToken[];
  /** Recognises the tokens that were created since. With it, every call needs a token even when none is configured. */
  readonly checked?: Authenticator | undefined;
  /** Every address that the service listens on. */
  readonly listen: readonly string[];
  readonly logger: Logger;
}

/**
 * With tokens, configured or checked, every call needs one. Without any, the service is open to everybody who can reach it: allowed only when it
 * listens on loopback addresses alone, for development, and said loudly.
 *
 * @throws Error when no tokens are configured and an address is reachable from outside
 */
export function createAuthPolicy({ tokens, checked, listen, logger }: AuthPolicyOptions): AuthPolicy {
  const authenticator = createStaticAuthenticator(tokens);
  if (checked !== undefined) return { authenticator: firstOf(authenticator, checked) };
  if (tokens.length > 0) return { authenticator };
  const outside = listen.filter((address) => !isLoopback(address));
  if (outside.length > 0) {
    throw new Error(
      `no tokens are configured, and ${outside.join(", ")} can be reached from outside: configure tokens, or listen on 127.0.0.1`,
    );
  }
  logger.warn({ listen }, "NO TOKENS ARE CONFIGURED: everybody on this machine may do everything");
  return { authenticator, anonymous: omnipotent("anonymous-loopback") };
}

/** Tells whether an address `host:port` is reachable from this machine only. */
export function isLoopback(address: string): boolean {
  const host = splitHostPort(address)?.host ?? "";
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

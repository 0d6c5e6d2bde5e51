import type { HandlerContext } from "@connectrpc/connect";
import type { Principal } from "./principal.js";

/** Recognises tokens. Services add kinds of their own, such as the credentials that runners get at registration. */
export interface Authenticator {
  /**
   * Returns whose token it is; undefined when this authenticator does not know it.
   *
   * @throws SwitchyardError TOKEN_REVOKED when it was valid once
   */
  authenticate(token: string, context: HandlerContext): Principal | undefined | Promise<Principal | undefined>;
}

/** Asks several authenticators in order; the first that knows the token answers. */
export function firstOf(...authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(token, context) {
      for (const authenticator of authenticators) {
        const principal = await authenticator.authenticate(token, context);
        if (principal !== undefined) return principal;
      }
      return undefined;
    },
  };
}

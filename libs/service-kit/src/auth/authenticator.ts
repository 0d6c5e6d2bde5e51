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

/** Asks several authenticators in order; the first that knows the token answers. At once, unless one of them has to wait. */
export function firstOf(...authenticators: readonly Authenticator[]): Authenticator {
  return {
    authenticate(token, context) {
      const askFrom = (index: number): ReturnType<Authenticator["authenticate"]> => {
        const authenticator = authenticators[index];
        if (authenticator === undefined) return undefined;
        const found = authenticator.authenticate(token, context);
        if (found instanceof Promise) return found.then((principal) => principal ?? askFrom(index + 1));
        return found ?? askFrom(index + 1);
      };
      return askFrom(0);
    },
  };
}

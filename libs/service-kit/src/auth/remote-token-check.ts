import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Transport } from "@connectrpc/connect";
import { TokenService, TokenState } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { createClient } from "@switchyard/rpc";
import { principalFromGrant } from "./grants.js";
import type { TokenCheck } from "./token-verdict.js";

/** Looks at tokens by asking `CheckToken`; only digests go over the wire. */
export function createRemoteTokenCheck(transport: Transport): TokenCheck {
  const client = createClient(TokenService, transport);
  return async (digest, signal) => {
    const { state, grant, expireTime } = await client.checkToken({ tokenSha256: digest }, { signal });
    if (state === TokenState.UNKNOWN) return { state: "unknown" };
    if (state === TokenState.ENDED) return { state: "ended" };
    // Anything else is an answer that this program does not understand, and must not become a pass.
    if (state !== TokenState.VALID || grant === undefined) throw new Error(`the token's state is ${state}`);
    const expiresAtMs = expireTime === undefined ? undefined : timestampDate(expireTime).getTime();
    return { state: "valid", principal: principalFromGrant(grant), expiresAtMs };
  };
}

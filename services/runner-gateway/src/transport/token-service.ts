import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { type Token, TokenService, TokenState } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { findPrincipal, omnipotent, type Principal, principalToGrant } from "@switchyard/service-kit";
import type { AccessToken } from "../domain/tokens/access-token.js";
import type { AccessTokens } from "../domain/tokens/access-tokens.js";
import { checkGrant } from "./check-grant.js";
import { checkTime, checkWord, invalid } from "./checks.js";
import { decodePageToken, encodePageToken, queryDigest } from "./page-token.js";
import { requireSpeaker } from "./runner-principal.js";

const states = { valid: TokenState.VALID, ended: TokenState.ENDED, unknown: TokenState.UNKNOWN } as const;

/** Who calls where no authentication is mounted: somebody in the same process. */
const inProcess = omnipotent("in-process");

/** Serves `TokenService`. */
export function createTokenRoute(tokens: AccessTokens): ServiceRoute {
  return route(TokenService, {
    async createToken({ grant, expireTime }, context) {
      const checked = checkGrant(grant);
      checkTime(expireTime, "expire_time");
      const expiresAtMs = expireTime === undefined ? undefined : timestampDate(expireTime).getTime();
      const { secret, token } = await tokens.create(callerOf(context), checked, expiresAtMs);
      return { secret, token: tokenToProto(token) };
    },
    async listTokens({ namespace, includeEnded, pageSize, pageToken }, context) {
      if (namespace !== "") {
        checkWord(namespace, "namespace");
        requireSpeaker(context, namespace, "");
      }
      if (pageSize > 1_000) throw invalid("page_size", "is above 1000");
      const digest = queryDigest(["tokens", namespace, includeEnded]);
      const after = placeOf(decodePageToken(pageToken, digest));
      const size = pageSize === 0 ? 100 : pageSize;
      const query = { namespace: namespace === "" ? undefined : namespace, includeEnded, after, size };
      const page = await tokens.list(callerOf(context), query);
      const last = page.more ? page.tokens.at(-1) : undefined;
      return {
        tokens: page.tokens.map(tokenToProto),
        nextPageToken: last === undefined ? "" : encodePageToken(`${last.createdAtMs}/${last.id}`, digest),
      };
    },
    async revokeToken({ tokenId }, context) {
      checkWord(tokenId, "token_id");
      return { token: tokenToProto(await tokens.revoke(callerOf(context), tokenId)) };
    },
    async checkToken({ tokenSha256 }) {
      if (tokenSha256.length !== 32) throw invalid("token_sha256", "must have 32 bytes");
      const verdict = await tokens.check(tokenSha256);
      if (verdict.state !== "valid") return { state: states[verdict.state] };
      return {
        state: TokenState.VALID,
        grant: principalToGrant(verdict.principal),
        ...timeOf("expireTime", verdict.expiresAtMs),
      };
    },
    describeCaller: (_, context) => ({ grant: principalToGrant(callerOf(context)) }),
  });
}

function callerOf(context: HandlerContext): Principal {
  return findPrincipal(context) ?? inProcess;
}

/** The place of a token in the list, as page tokens have it. */
function placeOf(after: string): { readonly createdAtMs: number; readonly id: string } | undefined {
  const [time = "", id = ""] = after.split("/");
  return after === "" ? undefined : { createdAtMs: Number(time), id };
}

function tokenToProto(token: AccessToken): Omit<Token, "$typeName"> {
  const { name, scopes, namespaces } = token.grant;
  const grantee = {
    name,
    scopes: new Set(scopes),
    namespaces: namespaces === "all" ? namespaces : new Set(namespaces),
  };
  return {
    tokenId: token.id,
    prefix: token.prefix,
    grant: { $typeName: "switchyard.auth.v1.Grant", ...principalToGrant(grantee) },
    createTime: timestampFromMs(token.createdAtMs),
    creator: token.creator,
    ...timeOf("expireTime", token.expiresAtMs),
    ...timeOf("revokeTime", token.revokedAtMs),
    ...timeOf("lastUseTime", token.lastUsedAtMs),
  };
}

/** A field with a moment; no field without one. */
function timeOf<Name extends string>(name: Name, ms: number | undefined) {
  type Field = { [Key in Name]?: ReturnType<typeof timestampFromMs> };
  return (ms === undefined ? {} : { [name]: timestampFromMs(ms) }) as Field;
}

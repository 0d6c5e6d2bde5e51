import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Transport } from "@connectrpc/connect";
import { Scope as ProtoScope, TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { createClient } from "@switchyard/rpc";
import { allScopes, type Scope, sha256 } from "@switchyard/service-kit";
import { eventually } from "@switchyard/testkit";
import type { RpcFact } from "./fact.js";

/** The namespace of the walk, and one that its callers may not touch. */
export const namespaces = { own: "walk-own", foreign: "walk-foreign" } as const;

/** How a caller is turned away; undefined: is let in. */
type Refusal = "UNAUTHENTICATED" | "TOKEN_REVOKED" | "PERMISSION_DENIED" | undefined;

/** Somebody who calls. */
export interface RpcCaller {
  readonly who: string;
  /** The header; undefined: none. */
  readonly authorization: string | undefined;
  /** What becomes of a call. @param service its full name */
  readonly refusal: (fact: RpcFact<object>, service: string) => Refusal;
}

const numbers = { submit: ProtoScope.SUBMIT, read: ProtoScope.READ, run: ProtoScope.RUN, admin: ProtoScope.ADMIN };
const bearer = (token: string) => `Bearer ${token}`;

/** Services that know the tokens of runners. */
const ofRunners = /^switchyard\.(runner|auth)\.v1\./;

/** Makes everybody who may come, among them a runner: the digest of its token is `runnerToken`. @param root the header of an administrator of everything */
export async function makeCallers(
  transport: Transport,
  root: string,
): Promise<{ readonly callers: readonly RpcCaller[]; readonly runnerToken: Uint8Array }> {
  const options = { headers: { authorization: root } };
  const tokens = createClient(TokenService, transport);
  const runners = createClient(RunnerService, transport);

  async function tokenFor(scope: Scope, namespace: string, name: string, lifeMs?: number) {
    const grant = { name, scopes: [numbers[scope]], namespaces: [namespace] };
    const expiry = lifeMs === undefined ? {} : { expireTime: timestampFromMs(Date.now() + lifeMs) };
    const { secret, token } = await tokens.createToken({ grant, ...expiry }, options);
    return { header: bearer(secret), id: token?.tokenId ?? "" };
  }

  // Not made in time where the machine stands still for all of its life.
  const expired = await eventually(() => tokenFor("admin", namespaces.own, "expired", 200));
  const revoked = await tokenFor("admin", namespaces.own, "revoked");
  await tokens.revokeToken({ tokenId: revoked.id }, options);
  const foreign = await tokenFor("admin", namespaces.foreign, "foreign");
  const registered = await runners.registerRunner({ namespace: namespaces.own, issueToken: true }, options);
  const byScope = await Promise.all(
    allScopes.map(async (scope): Promise<RpcCaller> => {
      const { header } = await tokenFor(scope, namespaces.own, `only-${scope}`);
      return { who: `scope ${scope}`, authorization: header, refusal: (fact) => scopeRefusal(fact, scope) };
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 250));

  const stranger = (who: string, authorization: string | undefined): RpcCaller => {
    return { who, authorization, refusal: () => "UNAUTHENTICATED" };
  };
  const ended = (who: string, { header }: { readonly header: string }): RpcCaller => {
    return { who, authorization: header, refusal: () => "TOKEN_REVOKED" };
  };
  const callers: RpcCaller[] = [
    stranger("nobody", undefined),
    stranger("a header without a token", "Bearer"),
    stranger("another scheme", `Basic ${Buffer.from("root:root-token").toString("base64")}`),
    stranger("a token without a scheme", root.slice("Bearer ".length)),
    stranger("two tokens", `${root} ${root.slice("Bearer ".length)}`),
    stranger("a wrong token", "Bearer not-the-root-token"),
    stranger("an access token of nobody", `Bearer swt_${"0".repeat(64)}`),
    stranger("a runner's token of nobody", `Bearer swr_${"0".repeat(64)}`),
    ended("an expired token", expired),
    ended("a revoked token", revoked),
    {
      who: "another namespace's token",
      authorization: foreign.header,
      refusal: ({ everywhere }) => (everywhere ? undefined : "PERMISSION_DENIED"),
    },
    {
      who: "another runner's own token",
      authorization: bearer(registered.token),
      refusal: (fact, service) =>
        fact.speaks || !ofRunners.test(service) ? "PERMISSION_DENIED" : scopeRefusal(fact, "run"),
    },
    ...byScope,
    { who: "the configured token", authorization: root, refusal: () => undefined },
  ];
  return { callers, runnerToken: sha256(registered.token) };
}

function scopeRefusal({ needs }: RpcFact<object>, scope: Scope): Refusal {
  const suffices = scope === "admin" || needs === "any" || [needs].flat().includes(scope);
  return suffices ? undefined : "PERMISSION_DENIED";
}

import type { Clock } from "@switchyard/clock";
import { TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { type Authenticator, sha256 } from "@switchyard/service-kit";
import { requireCredential } from "../domain/check-credential.js";
import type { RunnerPrincipal } from "./runner-principal.js";
import type { RunnerRegistry } from "../domain/runner-registry.js";

/**
 * What a runner may call: the services that know for which runner its token speaks. Another one in the same process would take
 * it for anybody with scope `run`.
 */
const ownServices = new Set([RunnerService, FleetService, TokenService].map(({ typeName }) => typeName));

interface Owner {
  readonly namespace: string;
  readonly runnerId: string;
}

/** What {@link createRunnerAuthenticator} needs. */
export interface RunnerAuthenticatorDeps {
  readonly findOwner: (digest: Buffer) => Promise<Owner | undefined>;
  readonly registry: RunnerRegistry;
  readonly clock: Clock;
}

/** Most tokens whose owner is remembered. A token never changes its owner, so they need not be forgotten for truth. */
const maxKept = 100_000;

/**
 * Recognises the tokens that runners got at registration. Whether a token is still valid is asked of the registry at each
 * call, so a revocation holds from its announcement on.
 */
export function createRunnerAuthenticator(deps: RunnerAuthenticatorDeps): Authenticator {
  const { registry, clock } = deps;
  const owners = new Map<string, RunnerPrincipal>();

  async function ownerOf(digest: Buffer, hex: string): Promise<RunnerPrincipal | undefined> {
    const owner = await deps.findOwner(digest);
    if (owner === undefined) return undefined;
    const principal = principalOf(owner, hex);
    if (owners.size >= maxKept) owners.clear();
    owners.set(hex, principal);
    return principal;
  }

  return {
    async authenticate(token) {
      const digest = sha256(token);
      const hex = digest.toString("hex");
      const principal = owners.get(hex) ?? (await ownerOf(digest, hex));
      if (principal === undefined) return undefined;
      const { namespace, id } = principal.runner;
      requireCredential(await registry.find(namespace, id), digest, clock.wallMs());
      return principal;
    },
  };
}

function principalOf({ namespace, runnerId }: Owner, digest: string): RunnerPrincipal {
  return {
    name: `runner:${namespace}/${runnerId}`,
    scopes: new Set(["run"]),
    namespaces: new Set([namespace]),
    services: ownServices,
    runner: { namespace, id: runnerId, digest },
  };
}

import { type Reason, reasonOf } from "@switchyard/errors";
import type { RunnerSpec } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { CoreClients } from "../../../core/clients.js";
import { tokenDigest } from "./bearer-token.js";

/** A runner as its token names it. */
export interface RunnerCaller {
  readonly id: string;
  readonly name: string;
  readonly spec: RunnerSpec | undefined;
}

/** What every runner's token begins with. */
export const runnerTokenPrefix = "silo_runner_";

const form = /^silo_runner_[0-9a-f]{64}$/;

const unknownToken: ReadonlySet<Reason> = new Set<Reason>(["UNAUTHENTICATED", "TOKEN_REVOKED"]);

/**
 * Finds the runner that a token speaks for; undefined for a token that is none, or no longer. The core keeps the tokens,
 * is asked at every call, and takes it as the runner's sign of life: what was rotated or deleted stops at once, at every
 * gateway.
 */
export async function findRunnerByToken(
  { fleet }: Pick<CoreClients, "fleet">,
  namespace: string,
  token: string,
): Promise<RunnerCaller | undefined> {
  // Anything else is no token of a runner, and not worth a call.
  if (!form.test(token)) return undefined;
  try {
    const { runnerId, spec } = await fleet.checkCredential({ namespace, tokenSha256: tokenDigest(token) });
    return { id: runnerId, name: spec?.name ?? "", spec };
  } catch (error) {
    if (unknownToken.has(reasonOf(error))) return undefined;
    throw error;
  }
}

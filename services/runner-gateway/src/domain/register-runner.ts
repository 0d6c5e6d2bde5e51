import { randomUUID } from "node:crypto";
import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import type { RunnerStore } from "../store/runner-store.js";
import type { Renewals } from "./renewals/renewals.js";
import type { RunnerRegistration, RunnerRow } from "./runner-record.js";
import type { RunnerRegistry } from "./runner-registry.js";
import { issueToken } from "./runner-token.js";

/** What is asked at registration. */
export interface RegisterRunner extends Omit<RunnerRegistration, "id"> {
  /**
   * - `new`: the gateway makes an id, a name may be used twice
   * - `upsert`: the caller's id; one that exists is registered anew. The runner itself calls, so this is a sign of life
   * - `nameUnique`: the gateway makes an id, a name that is taken is refused
   */
  readonly mode: "new" | "upsert" | "nameUnique";
  /** With `upsert` only. */
  readonly id: string;
  /** With `upsert`: release what the runner held. */
  readonly releaseHeld: boolean;
  /** Make a token of its own. */
  readonly issueToken: boolean;
  /** Beginning of that token; empty is the gateway's own. */
  readonly tokenPrefix: string;
}

/** The runner as registered. */
export interface RegisteredRunner {
  readonly row: RunnerRow;
  /** Shown once; undefined unless it was asked for. */
  readonly token: string | undefined;
  readonly created: boolean;
}

/** What {@link createRegisterRunner} needs. */
export interface RegisterRunnerDeps {
  readonly store: Pick<RunnerStore, "register">;
  readonly registry: RunnerRegistry;
  readonly renewals: Renewals;
  readonly clock: Clock;
}

/**
 * Creates the registration. What an earlier process held is released after the registration is durable: a call that fails in
 * between fails as a whole for the runner, which registers again and so releases again.
 *
 * @throws SwitchyardError ALREADY_EXISTS when a unique name is taken
 */
export function createRegisterRunner(deps: RegisterRunnerDeps): (request: RegisterRunner) => Promise<RegisteredRunner> {
  const { store, registry, renewals, clock } = deps;

  return async (request) => {
    const { namespace, mode } = request;
    const runner = { ...request, id: mode === "upsert" ? request.id : randomUUID() };
    const now = new Date(clock.wallMs());
    const issued = request.issueToken ? issueToken(request.tokenPrefix) : undefined;
    const result = await store.register({
      runner,
      now,
      seen: mode === "upsert",
      nameUnique: mode === "nameUnique",
      credential: issued && { digest: issued.digest, prefix: issued.prefix },
    });
    if (result === undefined) {
      throw new SwitchyardError("ALREADY_EXISTS", `a runner named "${request.name}" exists`, { name: request.name });
    }
    registry.changed(namespace, runner.id);
    if (mode === "upsert") {
      if (request.releaseHeld && !result.created) await renewals.renew({ namespace, runnerId: runner.id, leave: true });
      await renewals.renew({ namespace, runnerId: runner.id, presenceMs: request.presenceMs });
    }
    return { ...result, token: issued?.token };
  };
}

import { randomUUID } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";
import type { Pool } from "@switchyard/postgres";
import { insertCredential, revokeCredentials } from "../store/credentials.js";
import { announceRunner, inTransaction } from "../store/database.js";
import { findRunner } from "../store/read-runners.js";
import { isNameTaken, upsertRunner } from "../store/write-registration.js";
import type { Clock } from "./clock.js";
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
  readonly pool: Pool;
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
  const { pool, registry, renewals, clock } = deps;

  return async (request) => {
    const { namespace, mode } = request;
    const runner = { ...request, id: mode === "upsert" ? request.id : randomUUID() };
    const now = new Date(clock.wallMs());
    const result = await inTransaction(pool, async (db) => {
      if (mode === "nameUnique" && (await isNameTaken(db, namespace, request.name))) {
        throw new SwitchyardError("ALREADY_EXISTS", `a runner named "${request.name}" exists`, { name: request.name });
      }
      const created = await upsertRunner(db, runner, now, mode === "upsert");
      const issued = request.issueToken ? issueToken(request.tokenPrefix) : undefined;
      if (issued !== undefined) {
        await revokeCredentials(db, namespace, runner.id, now);
        const { digest, prefix } = issued;
        await insertCredential(db, { digest, prefix, namespace, runnerId: runner.id, expiresAt: undefined }, now);
      }
      await announceRunner(db, namespace, runner.id);
      const row = await findRunner(db, namespace, runner.id);
      if (row === undefined) throw new Error("a runner that was just written cannot be read");
      return { row, token: issued?.token, created };
    });
    registry.changed(namespace, runner.id);
    if (mode === "upsert") {
      if (request.releaseHeld && !result.created) await renewals.renew({ namespace, runnerId: runner.id, leave: true });
      await renewals.renew({ namespace, runnerId: runner.id, presenceMs: request.presenceMs });
    }
    return result;
  };
}

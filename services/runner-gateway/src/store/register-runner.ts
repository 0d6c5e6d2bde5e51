import { inTransaction, type Pool } from "@switchyard/postgres";
import type { RunnerRegistration, RunnerRow } from "../domain/runner-record.js";
import { insertCredential, revokeCredentials } from "./credentials.js";
import { announceRunner } from "./database.js";
import { findRunner } from "./read-runners.js";
import { isNameTaken, upsertRunner } from "./write-registration.js";

/** A runner to be registered. */
export interface Registration {
  readonly runner: RunnerRegistration;
  readonly now: Date;
  /** The registration itself is a sign of life. */
  readonly seen: boolean;
  /** Refused when the name is taken. */
  readonly nameUnique: boolean;
  /** Its only credential from now on; undefined: those that it has stay. */
  readonly credential: { readonly digest: Buffer; readonly prefix: string } | undefined;
}

/** Registers a runner in one transaction, and lets every replica know; undefined when its name is taken. */
export function registerRunner(
  pool: Pool,
  { runner, now, seen, nameUnique, credential }: Registration,
): Promise<{ readonly row: RunnerRow; readonly created: boolean } | undefined> {
  const { namespace, id } = runner;
  return inTransaction(pool, async (db) => {
    if (nameUnique && (await isNameTaken(db, namespace, runner.name))) return undefined;
    const created = await upsertRunner(db, runner, now, seen);
    if (credential !== undefined) {
      await revokeCredentials(db, namespace, id, now);
      await insertCredential(db, { ...credential, namespace, runnerId: id, expiresAt: undefined }, now);
    }
    await announceRunner(db, namespace, id);
    const row = await findRunner(db, namespace, id);
    if (row === undefined) throw new Error("a runner that was just written cannot be read");
    return { row, created };
  });
}

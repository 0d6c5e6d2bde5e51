import { inTransaction, createListener, type Pool, type PostgresLog } from "@switchyard/postgres";
import { changeRunner } from "./change-runner.js";
import { findCredentialOwner } from "./credentials.js";
import { announceRunner } from "./database.js";
import { findRunner } from "./read-runners.js";
import { registerRunner } from "./register-runner.js";
import type { RunnerStore } from "./runner-store.js";
import { countLost, writeActivity } from "./write-activity.js";

/** What {@link createPostgresRunnerStore} connects with. */
export interface PostgresRunnerStoreOptions {
  readonly pool: Pool;
  /** For the connection that listens. */
  readonly url: string;
  readonly log: PostgresLog;
}

/** Creates the store over PostgreSQL. The pool stays the caller's. */
export function createPostgresRunnerStore({ pool, url, log }: PostgresRunnerStoreOptions): RunnerStore {
  return {
    listen: (options) => createListener({ ...options, url, log, applicationName: "runner-gateway listener" }),
    register: (registration) => registerRunner(pool, registration),
    change: (namespace, id, change) =>
      inTransaction(pool, async (db) => {
        const exists = await changeRunner(db, namespace, id, change);
        if (exists) await announceRunner(db, namespace, id);
        return exists;
      }),
    findRunner: (namespace, id) => findRunner(pool, namespace, id),
    findCredentialOwner: (digest) => findCredentialOwner(pool, digest),
    writeActivity: (changes) => writeActivity(pool, changes),
    countLost: (lost) => countLost(pool, lost),
  };
}

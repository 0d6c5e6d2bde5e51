import { SwitchyardError } from "@switchyard/errors";
import type { PostgresLog } from "../log.js";
import { createPool, type Pool } from "../pool.js";
import { type AppliedMigrations, migrate } from "./migrate.js";
import type { Migration } from "./migration.js";
import { checkMigrationList, planMigrations } from "./plan.js";
import { readRecord } from "./record.js";

/** A schema and every step that was ever released of it, in order. */
export interface SchemaSteps {
  /** Lower-case letters, digits, `_`. */
  readonly schema: string;
  readonly migrations: readonly Migration[];
}

/** How a schema stands to this program. */
export interface SchemaState {
  /** Names of steps still to be run. */
  readonly pending: readonly string[];
  /** Names of steps of a newer version that the program does not know and can live with. */
  readonly newer: readonly string[];
}

/** Options of {@link prepareSchema}. */
export interface PrepareSchemaOptions {
  /** `postgres://...` of the database. */
  readonly url: string;
  /** Run what is missing. Otherwise a schema that lacks a step is refused. Default true. */
  readonly migrate?: boolean;
  readonly log?: PostgresLog | undefined;
}

/**
 * Compares a schema with the steps of this program, and changes nothing.
 *
 * @throws SwitchyardError `PRECONDITION_FAILED` as `migrate` does
 */
export async function inspectSchema({ schema, migrations }: SchemaSteps, pool: Pool): Promise<SchemaState> {
  checkMigrationList(schema, migrations);
  const { pending, newer } = planMigrations(schema, migrations, await readRecord(pool, schema));
  return { pending: pending.map(({ name }) => name), newer };
}

/**
 * Makes sure that a service can work on its schema: brings it up to date, or, where it may not, checks that nothing is missing. Uses a connection
 * of its own, which is closed when this returns.
 *
 * @throws SwitchyardError `PRECONDITION_FAILED` when the schema is older than the service needs and may not be migrated, newer than it can
 * live with, or was made by other steps; the message names what the operator should do
 */
export async function prepareSchema(steps: SchemaSteps, options: PrepareSchemaOptions): Promise<AppliedMigrations> {
  const { url, log } = options;
  const { schema } = steps;
  const pool = createPool({ url, max: 1, applicationName: `${schema} migrations` });
  try {
    if (options.migrate !== false) return await migrate({ pool, ...steps, ...(log === undefined ? {} : { log }) });
    const { pending, newer } = await inspectSchema(steps, pool);
    if (pending.length > 0) {
      throw new SwitchyardError(
        "PRECONDITION_FAILED",
        `schema "${schema}" lacks ${pending.join(", ")}, and this service may not migrate it (MIGRATE_AT_START=off). ` +
          "Run the program `migrate` of this version first.",
        { schema, migrations: pending.join(",") },
      );
    }
    return { applied: [], newer };
  } finally {
    await pool.close();
  }
}

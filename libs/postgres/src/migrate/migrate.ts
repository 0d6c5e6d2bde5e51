import type { PoolClient, QueryResult } from "pg";
import type { PostgresLog } from "../log.js";
import { liftAnswerLimit } from "../limit-answers.js";
import type { Pool } from "../pool.js";
import type { Migration, MigrationExecutor } from "./migration.js";
import { checkMigrationList, checksumOf, leastStepOf, planMigrations } from "./plan.js";
import { readRecord } from "./record.js";

/** Options of {@link migrate}. */
export interface MigrateOptions {
  readonly pool: Pool;
  /** Schema of the service; created when missing. Also the search path inside migrations. Lower-case letters, digits, `_`. */
  readonly schema: string;
  /** All steps ever released, in order. */
  readonly migrations: readonly Migration[];
  readonly log?: PostgresLog;
}

/** What a run did. */
export interface AppliedMigrations {
  /** Names of the steps that this call ran; empty when the schema was up to date. */
  readonly applied: readonly string[];
  /** Names of steps of a newer version that the program does not know and can live with. */
  readonly newer: readonly string[];
}

/**
 * Brings a schema up to date: runs the steps that it has not seen, each in a transaction of its own together with its record
 * in `<schema>.migrations`. A step that fails leaves the ones before it in place; the next run goes on from there.
 *
 * Safe to call from several processes at once: an advisory lock lets one work and the others wait and find nothing to do.
 * Time limits of the pool do not apply, since a step may rightly take long.
 *
 * @throws SwitchyardError `PRECONDITION_FAILED` when the schema is newer than the code can live with or a released step was changed;
 * the message names what the operator should do.
 */
export async function migrate(options: MigrateOptions): Promise<AppliedMigrations> {
  const { pool, schema, migrations, log } = options;
  checkMigrationList(schema, migrations);
  const client = await pool.connect();
  try {
    liftAnswerLimit(client);
    await client.query("set statement_timeout = 0; set transaction_timeout = 0; set lock_timeout = 0");
    await client.query("select pg_advisory_lock($1, hashtext($2))", [LOCK_CLASS, schema]);
    await createRecord(client, schema, migrations);
    const { pending, newer } = planMigrations(schema, migrations, await readRecord(client, schema));
    for (const step of pending) {
      log?.info({ schema, migration: step.name }, "migrating");
      await runStep(client, schema, step, leastStepOf(migrations.slice(0, migrations.indexOf(step) + 1)));
    }
    return { applied: pending.map(({ name }) => name), newer };
  } finally {
    // Closing the session gives the lock back and drops the changed limits with it, whatever happened.
    client.release(true);
  }
}

/** First key of the advisory locks of this library; the second is a hash of the schema's name. */
const LOCK_CLASS = 7_399;

async function createRecord(client: PoolClient, schema: string, migrations: readonly Migration[]): Promise<void> {
  // Looked up first: an operator may have made the schema for a role that may not create one.
  const { rowCount } = await client.query("select from pg_namespace where nspname = $1", [schema]);
  if (rowCount === 0) await client.query(`create schema ${schema}`);
  await client.query(`
    create table if not exists ${schema}.migrations (
      name       text primary key,
      checksum   text,
      least_step text,
      applied_at timestamptz not null default now()
    );
    alter table ${schema}.migrations add column if not exists least_step text`);
  // Steps that were run before the column was there.
  for (const [index, { name }] of migrations.entries()) {
    await client.query(`update ${schema}.migrations set least_step = $1 where least_step is null and name = $2`, [
      ...[leastStepOf(migrations.slice(0, index + 1)), name],
    ]);
  }
}

async function runStep(client: PoolClient, schema: string, step: Migration, leastStep: string): Promise<void> {
  const { name, up } = step;
  const execute: MigrationExecutor = async (text, values) => {
    const result: QueryResult | QueryResult[] = await client.query(text, values as unknown[] | undefined);
    return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows;
  };
  await client.query(`begin; set local search_path to ${schema}`);
  try {
    if (typeof up === "string") await execute(up);
    else await up(execute);
    await client.query(`insert into ${schema}.migrations (name, checksum, least_step) values ($1, $2, $3)`, [
      ...[name, checksumOf(step), leastStep],
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw new Error(`step ${name} of schema "${schema}" failed and was rolled back: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

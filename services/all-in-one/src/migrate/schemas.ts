import { catalogSchema } from "@switchyard/catalog";
import { logsSchema } from "@switchyard/log-store";
import {
  createPool,
  inspectSchema,
  type Pool,
  type PostgresLog,
  prepareSchema,
  type SchemaSteps,
} from "@switchyard/postgres";
import { runnersSchema } from "@switchyard/runner-gateway";
import { schedulerSchema } from "@switchyard/scheduler";

const schemas: readonly SchemaSteps[] = [schedulerSchema, runnersSchema, logsSchema, catalogSchema];

/** Schemas that stand in one database. */
export interface SchemaPlace {
  readonly url: string;
  readonly schemas: readonly SchemaSteps[];
  /** Added to the schemas' names, so that those of several databases are told apart; empty for the home database. */
  readonly note: string;
}

/** Where the schemas of an installation are: all in its home database, and the scheduler's in each database that shards live in. */
export function placesOf(url: string, shardDatabases: ReadonlyMap<number, string> = new Map()): readonly SchemaPlace[] {
  const shardsOf = new Map<string, number[]>();
  for (const [shard, other] of shardDatabases) {
    if (other !== url) shardsOf.set(other, [...(shardsOf.get(other) ?? []), shard]);
  }
  const others = [...shardsOf].map(([other, shards]) => ({
    url: other,
    schemas: [schedulerSchema],
    note: ` of shards ${shards.join(", ")}`,
  }));
  return [{ url, schemas, note: "" }, ...others];
}

/** How a schema stands to this program. */
export interface SchemaReport {
  /** Its name, with the shards of a database that is theirs. */
  readonly schema: string;
  /** Whether a service of this version would start on it without migrating it. */
  readonly fits: boolean;
  /** For people, one line. */
  readonly text: string;
}

/**
 * Brings the schemas of all services up to date, one after the other; several at once wait for each other.
 *
 * @throws SwitchyardError `PRECONDITION_FAILED` when this version cannot live with a schema; what was run before stays
 */
export async function* migrateSchemas(places: readonly SchemaPlace[], log?: PostgresLog): AsyncGenerator<SchemaReport> {
  for (const { url, schemas: here, note } of places) {
    for (const steps of here) {
      const { applied, newer } = await prepareSchema(steps, { url, log });
      const text = applied.length === 0 ? "nothing to do" : `ran ${applied.join(", ")}`;
      yield { schema: `${steps.schema}${note}`, fits: true, text: `${text}${ahead(newer)}` };
    }
  }
}

/** Brings the schemas of all services up to date, and says nothing. */
export async function migrateAll(url: string): Promise<void> {
  for await (const _ of migrateSchemas(placesOf(url)));
}

/** @throws SwitchyardError `PRECONDITION_FAILED` when a schema lacks a step, or is one that this version cannot live with */
export async function requireMigrated(url: string): Promise<void> {
  for (const steps of schemas) await prepareSchema(steps, { url, migrate: false });
}

/** Compares the schemas of all services with this version, and changes nothing. */
export async function checkSchemas(places: readonly SchemaPlace[]): Promise<readonly SchemaReport[]> {
  const reports: SchemaReport[] = [];
  for (const { url, schemas: here, note } of places) {
    const pool = createPool({ url, max: 1, applicationName: "migrate --check" });
    try {
      for (const steps of here) reports.push({ schema: `${steps.schema}${note}`, ...(await check(steps, pool)) });
    } finally {
      await pool.close();
    }
  }
  return reports;
}

async function check(steps: SchemaSteps, pool: Pool): Promise<Omit<SchemaReport, "schema">> {
  try {
    const { pending, newer } = await inspectSchema(steps, pool);
    if (pending.length > 0) return { fits: false, text: `behind: lacks ${pending.join(", ")}` };
    return { fits: true, text: `up to date${ahead(newer)}` };
  } catch (error) {
    if ((error as { reason?: unknown }).reason !== "PRECONDITION_FAILED") throw error;
    return { fits: false, text: `does not fit: ${(error as Error).message}` };
  }
}

function ahead(newer: readonly string[]): string {
  return newer.length === 0 ? "" : `; ahead by ${newer.join(", ")}, which this version can live with`;
}

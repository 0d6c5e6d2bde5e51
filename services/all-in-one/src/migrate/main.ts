import { parseArgs } from "node:util";
import { loadConfig, text } from "@switchyard/service-kit";
import { shardDatabasesField } from "@switchyard/scheduler";
import { checkSchemas, migrateSchemas, placesOf, type SchemaReport } from "./schemas.js";

// Migrates the schemas of all services in DATABASE_URL, and that of the scheduler in the databases of SCHEDULER_SHARD_DATABASES, prints what it did, and ends. With `--check` it changes nothing and ends with 1 unless
// services of this version could start (with MIGRATE_AT_START=off).
const print = ({ schema, text }: SchemaReport) => process.stdout.write(`${schema}: ${text}\n`);

try {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const { DATABASE_URL: url, SCHEDULER_SHARD_DATABASES: shardDatabases } = loadConfig({
    DATABASE_URL: text(),
    SCHEDULER_SHARD_DATABASES: shardDatabasesField().default(new Map()),
  });
  const places = placesOf(url, shardDatabases);
  if (values.check) {
    const reports = await checkSchemas(places);
    reports.forEach(print);
    if (!reports.every(({ fits }) => fits)) process.exitCode = 1;
  } else {
    for await (const report of migrateSchemas(places)) print(report);
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

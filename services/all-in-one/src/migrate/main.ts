import { parseArgs } from "node:util";
import { loadConfig, text } from "@switchyard/service-kit";
import { checkSchemas, migrateSchemas, type SchemaReport } from "./schemas.js";

// Migrates the schemas of all services in DATABASE_URL, prints what it did, and ends. With `--check` it changes nothing and ends with 1 unless
// services of this version could start (with MIGRATE_AT_START=off).
const print = ({ schema, text }: SchemaReport) => process.stdout.write(`${schema}: ${text}\n`);

try {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const { DATABASE_URL: url } = loadConfig({ DATABASE_URL: text() });
  if (values.check) {
    const reports = await checkSchemas(url);
    reports.forEach(print);
    if (!reports.every(({ fits }) => fits)) process.exitCode = 1;
  } else {
    for await (const report of migrateSchemas(url)) print(report);
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

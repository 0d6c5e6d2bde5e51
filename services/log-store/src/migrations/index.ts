import { prepareSchema, type SchemaSteps } from "@switchyard/postgres";
import { openForms } from "./0002-open-forms.js";
import { segments } from "./0003-segments.js";
import { streams } from "./0001-streams.js";

/** The schema `logs` and all its steps, in order. */
export const logsSchema: SchemaSteps = { schema: "logs", migrations: [streams, openForms, segments] };

/** Brings the schema `logs` of a database up to date, over connections of its own, which are closed when it returns. */
export async function migrateLogStore(url: string): Promise<void> {
  await prepareSchema(logsSchema, { url });
}

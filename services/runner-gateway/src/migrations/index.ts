import { prepareSchema, type SchemaSteps } from "@switchyard/postgres";
import { runners } from "./0001-runners.js";
import { accessTokens } from "./0002-access-tokens.js";

/** Every step of the schema `runners`, in order. */
const migrations = [runners, accessTokens];

/** The schema that this service owns. */
export const runnersSchema: SchemaSteps = { schema: "runners", migrations };

/** Brings the schema `runners` of the database up to date, over connections of its own. */
export async function migrateRunnerGateway(url: string): Promise<void> {
  await prepareSchema(runnersSchema, { url });
}

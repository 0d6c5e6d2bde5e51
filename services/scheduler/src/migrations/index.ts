import { prepareSchema, type SchemaSteps } from "@switchyard/postgres";
import { core } from "./0001-core.js";
import { schedules } from "./0002-schedules.js";
import { narrowRows } from "./0003-narrow-rows.js";
import { endedUnwell } from "./0004-ended-unwell.js";
import { shards } from "./0005-shards.js";
import { moves } from "./0006-moves.js";
import { movesBetweenDatabases } from "./0007-moves-between-databases.js";
import { endsByQueueAndKind } from "./0008-ends-by-queue-and-kind.js";
import { jobBlocks } from "./0009-job-blocks.js";
import { unwellByEnd } from "./0010-unwell-by-end.js";

/** The schema `scheduler` and all its steps, in order. */
export const schedulerSchema: SchemaSteps = {
  schema: "scheduler",
  migrations: [
    ...[core, schedules, narrowRows, endedUnwell, shards, moves, movesBetweenDatabases],
    ...[endsByQueueAndKind, jobBlocks, unwellByEnd],
  ],
};

/** Brings the schema `scheduler` of a database up to date; safe to call from several processes at once. */
export async function migrateScheduler(url: string): Promise<void> {
  await prepareSchema(schedulerSchema, { url });
}

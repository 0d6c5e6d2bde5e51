export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from "./embedded/server.js";
export type {
  CommitLaneOptions,
  GroupCommitLane,
  GroupCommitLaneOptions,
  LaneConnection,
  LaneFlush,
  LaneState,
} from "./lane/lane-types.js";
export { createCommitLane } from "./lane/commit-lane.js";
export { type LaneConnectionOptions, openLaneConnection } from "./lane/lane-connection.js";
export { createGroupCommitLane } from "./lane/group-commit-lane.js";
export { intArray } from "./lane/int-array.js";
export { intArrayLiteral } from "./lane/int-array-literal.js";
export { type PackedBytes, packBytes } from "./lane/pack-bytes.js";
export { inTransaction, type TransactionOptions } from "./in-transaction.js";
export { createKysely } from "./kysely.js";
export { asStorageError } from "./storage-error.js";
export { createListener, type Listener, type ListenerOptions } from "./listener.js";
export {
  type AppliedMigrations,
  type MigrateOptions,
  migrate,
} from "./migrate/migrate.js";
export type { Migration, MigrationExecutor } from "./migrate/migration.js";
export {
  inspectSchema,
  prepareSchema,
  type PrepareSchemaOptions,
  type SchemaState,
  type SchemaSteps,
} from "./migrate/schema.js";
export type { PostgresLog } from "./log.js";
export { liftAnswerLimit } from "./limit-answers.js";
export { createPool, type Pool, type PoolOptions } from "./pool.js";
export { classifyError, type ErrorClass, isUnavailable, SQLSTATE, sqlstateOf } from "./sqlstate.js";
export { defineStatement, type Statement } from "./statement.js";
export { pgTypes } from "./types.js";

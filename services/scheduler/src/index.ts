export { loadSchedulerConfig, type SchedulerConfig, schedulerDefaults, shardDatabasesField } from "./config.js";
export { migrateScheduler, schedulerSchema } from "./migrations/index.js";
export { createScheduler, type Scheduler, type SchedulerDeps, type SchedulerTables } from "./scheduler.js";
export { answerLimitMs, takeLimitMs } from "./domain/shard/answer-limit.js";
export type { Finding } from "./domain/audit/audit-memory.js";
export type { ControlStore } from "./store/control-store.js";
export type { ShardStore, ShardWriter } from "./store/shard-store.js";
export { schedulerScopes } from "./scopes.js";

export { loadSchedulerConfig, type SchedulerConfig, schedulerDefaults, shardDatabasesField } from "./config.js";
export { migrateScheduler, schedulerSchema } from "./migrations/index.js";
export { createScheduler, type Scheduler, type SchedulerDeps } from "./scheduler.js";
export { schedulerScopes } from "./scopes.js";

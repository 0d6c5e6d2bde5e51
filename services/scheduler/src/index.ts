export { loadSchedulerConfig, type SchedulerConfig, schedulerDefaults } from "./config.js";
export { type Clock, systemClock } from "./domain/shard/clock.js";
export { migrateScheduler, schedulerSchema } from "./migrations/index.js";
export { createScheduler, type Scheduler, type SchedulerDeps } from "./scheduler.js";
export { schedulerScopes } from "./scopes.js";

export { loadSystemConfig, type SystemConfig } from "./config.js";
export { migrateAll } from "./migrate/schemas.js";
export { startSystem, type System } from "./system.js";

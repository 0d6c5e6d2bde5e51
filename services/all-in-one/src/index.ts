export { loadSystemConfig, type SystemConfig } from "./config.js";
export { migrateAll } from "./database.js";
export { startSystem, type System } from "./system.js";

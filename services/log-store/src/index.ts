export { defaultLimits, loadLogStoreConfig, type LogStoreConfig, type LogStoreLimits } from "./config.js";
export { createLogStore, type LogStore, type LogStoreDeps } from "./log-store.js";
export { logsSchema, migrateLogStore } from "./migrations/index.js";
export {
  checkSegmentSettings,
  openArchivePlace,
  type SegmentSettings,
  segmentLimits,
  segmentSettings,
} from "./segment-settings.js";
export { logStoreAudited, logStoreScopes } from "./scopes.js";

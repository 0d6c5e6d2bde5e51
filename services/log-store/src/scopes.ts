import type { ScopeTable } from "@switchyard/service-kit";

/** The scope that each call needs. Seals and deletions are for the services that decide about jobs. */
export const logStoreScopes: ScopeTable = {
  "switchyard.log.v1.LogService/AppendLog": "run",
  "switchyard.log.v1.LogService/ReplaceLogText": "run",
  "switchyard.log.v1.LogService/ReadLog": "read",
  "switchyard.log.v1.LogService/TailLog": "read",
  "switchyard.log.v1.LogService/ListLogs": "read",
  "switchyard.log.v1.LogService/SearchLogs": "read",
  "switchyard.log.v1.LogService/SealLog": "admin",
  "switchyard.log.v1.LogService/DeleteLogs": "admin",
};

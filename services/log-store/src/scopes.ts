import type { AuditedMethods, ScopeTable } from "@switchyard/service-kit";

/** The scope that each call needs. Seals and deletions are for the services that decide about jobs. */
export const logStoreScopes: ScopeTable = {
  "switchyard.log.v1.LogService/AppendLog": "run",
  "switchyard.log.v1.LogService/ReplaceLogText": "run",
  "switchyard.log.v1.LogService/ReadLog": "read",
  "switchyard.log.v1.LogService/TailLog": "read",
  "switchyard.log.v1.LogService/ListLogs": "read",
  "switchyard.log.v1.LogService/SearchLogs": "read",
  "switchyard.log.v1.LogService/DownloadLog": "read",
  "switchyard.log.v1.LogService/SealLog": "admin",
  "switchyard.log.v1.LogService/DeleteLogs": "admin",
  "switchyard.log.v1.LogService/SetLogRetention": "admin",
  "switchyard.log.v1.LogService/ListLogRetention": "read",
};

/** The runner-gateway seals the streams of every attempt that ends; nobody decides about that. */
export const logStoreAudited: AuditedMethods = { routine: ["switchyard.log.v1.LogService/SealLog"] };

import type { Reason } from "@switchyard/errors";

/** HTTP statuses of reasons that say that a service of the core could not answer now. No dialect knows more of them than 503. */
export const statusOfAbsence = {
  DEADLINE_EXCEEDED: 503,
  CANCELLED: 503,
  SHUTTING_DOWN: 503,
  OWNER_UNKNOWN: 503,
  NOT_OWNER: 503,
  SHARD_LOST: 503,
  STORAGE_UNAVAILABLE: 503,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Partial<Record<Reason, number>>;

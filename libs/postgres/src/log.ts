import type { Logger } from "pino";

/** What this library needs of a logger; a pino logger fits. Default everywhere: silence. */
export type PostgresLog = Pick<Logger, "debug" | "info" | "warn" | "error">;

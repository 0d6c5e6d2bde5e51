/** The SQLSTATE codes that the services meet. Source: PostgreSQL manual, appendix A. */
export const SQLSTATE = {
  /** The client could not establish the connection. */
  connectionRefused: "08001",
  /** The connection broke; what was under way may or may not have happened. */
  connectionFailure: "08006",
  /** Value too long for its column. */
  stringTooLong: "22001",
  /** Number out of range. */
  numericOutOfRange: "22003",
  /** Text that is not UTF-8, or that contains a zero byte. */
  characterNotInRepertoire: "22021",
  /** A null where none is allowed. */
  notNullViolation: "23502",
  /** Refers to a row that is not there, or is still referred to. */
  foreignKeyViolation: "23503",
  /** Someone else created the same key. */
  uniqueViolation: "23505",
  /** A CHECK constraint said no; also: no partition for the row. */
  checkViolation: "23514",
  /** Two rows exclude each other. */
  exclusionViolation: "23P01",
  /** Transaction took longer than `transaction_timeout`; the connection is ended too. */
  transactionTimeout: "25P04",
  /** The server asks to repeat the transaction. */
  serializationFailure: "40001",
  /** Two transactions waited for each other; this one was chosen to end. */
  deadlockDetected: "40P01",
  /** Table, column or function is not there: code and migrations do not fit. */
  undefinedTable: "42P01",
  /** No memory, disk or connection slot left. */
  tooManyConnections: "53300",
  /** The disk is full. */
  diskFull: "53100",
  /** Object is in use (e.g. a template database with a connection). */
  objectInUse: "55006",
  /** A lock was not granted within `lock_timeout` (or NOWAIT). */
  lockTimeout: "55P03",
  /** Statement was cancelled: `statement_timeout`, or somebody asked. */
  queryCanceled: "57014",
  /** Backend was terminated, or the server stops. */
  adminShutdown: "57P01",
  /** Another backend crashed and the server resets itself. */
  crashShutdown: "57P02",
  /** Server starts up, shuts down or recovers. */
  cannotConnectNow: "57P03",
  /** The database was dropped below the connection. */
  databaseDropped: "57P04",
  /** Connection sat idle longer than `idle_session_timeout`. */
  idleSessionTimeout: "57P05",
} as const;

/**
 * What a failure means for the caller:
 * - `unavailable`: the server or the way to it is gone; if a write was under way its outcome is unknown.
 * - `conflict`: someone else has the key; read and decide. Nothing was written.
 * - `retryable`: serialisation failure or deadlock; the same transaction may be run again. Nothing was written.
 * - `timeout`: a lock or statement limit was reached. Nothing was written.
 * - `exhausted`: no connection slot, memory or disk; nothing was written; wait.
 * - `invalid`: the values were refused (too long, not null, check, foreign key). Nothing was written.
 * - `unknown`: anything else, usually a mistake in the code.
 */
export type ErrorClass = "unavailable" | "conflict" | "retryable" | "timeout" | "exhausted" | "invalid" | "unknown";

const CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  [SQLSTATE.uniqueViolation, "conflict"],
  [SQLSTATE.exclusionViolation, "conflict"],
  [SQLSTATE.serializationFailure, "retryable"],
  [SQLSTATE.deadlockDetected, "retryable"],
  [SQLSTATE.lockTimeout, "timeout"],
  [SQLSTATE.queryCanceled, "timeout"],
  [SQLSTATE.transactionTimeout, "unavailable"],
]);

const CLASSES_BY_PREFIX: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["08", "unavailable"],
  ["57P", "unavailable"],
  ["22", "invalid"],
  ["23", "invalid"],
  ["53", "exhausted"],
]);

/** Node's error codes of a connection that could not be made or that broke. */
const SOCKET_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
]);

/** The driver reports a lost connection by text only. Source: pg 8.23 `lib/client.js`, pg-pool 3 `index.js`. */
const DRIVER_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after calling end)/;

/** Returns the SQLSTATE of an error that PostgreSQL reported, or undefined when the error came from elsewhere. */
export function sqlstateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !SOCKET_CODES.has(code) ? code : undefined;
}

/** Says what a failure of the driver or the server means (see {@link ErrorClass}). Never throws. */
export function classifyError(error: unknown): ErrorClass {
  const code = codeOf(error);
  if (code !== undefined) {
    if (SOCKET_CODES.has(code)) return "unavailable";
    const known =
      CLASSES.get(code) ?? CLASSES_BY_PREFIX.get(code.slice(0, 3)) ?? CLASSES_BY_PREFIX.get(code.slice(0, 2));
    if (known) return known;
  }
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return "unavailable";
  if (error instanceof Error && DRIVER_MESSAGES.test(error.message)) return "unavailable";
  return "unknown";
}

/** Tells whether the database could not be reached or went away; the outcome of a write under way is then unknown. */
export function isUnavailable(error: unknown): boolean {
  return classifyError(error) === "unavailable";
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

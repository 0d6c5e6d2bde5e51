/** A registered runner as the schema knows it; times are milliseconds since 1970. */
export interface RunnerRecord {
  readonly namespace: string;
  readonly id: string;
  /** Serialised `RunnerSpec`, as registered. */
  readonly spec: Uint8Array;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Most jobs at once, at least 1. */
  readonly slots: number;
  /** How long it counts as present after a call. */
  readonly presenceMs: number;
  /** It takes nothing new, by an operator's word. */
  readonly draining: boolean;
  /** It said that it takes nothing new. */
  readonly paused: boolean;
  readonly version: string;
  readonly hostname: string;
  readonly registeredAtMs: number;
  readonly revokedAtMs: number | undefined;
  /** The token of its own that is valid now, if it has one. */
  readonly credential: RunnerCredential | undefined;
}

/** A runner's token as it is kept: never the token itself. */
export interface RunnerCredential {
  /** SHA-256 of the token, hexadecimal. */
  readonly digest: string;
  /** First characters of the token, for people. */
  readonly prefix: string;
  readonly expiresAtMs: number | undefined;
}

/** What changes with every call of a runner. */
export interface RunnerActivity {
  /** When it last called; undefined before the first call. */
  readonly lastSeenAtMs: number | undefined;
  /** It has not signed off since then. */
  readonly present: boolean;
  readonly completed: number;
  readonly failed: number;
  readonly lost: number;
}

/** A registered runner with its activity. */
export interface RunnerRow extends RunnerRecord, RunnerActivity {}

/** What a registration says about the runner. */
export interface RunnerRegistration {
  readonly namespace: string;
  readonly id: string;
  readonly spec: Uint8Array;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly presenceMs: number;
}

/** Whether a runner counts as present: it called within its presence time and has not signed off or been revoked. */
export function isPresent(row: RunnerRow, nowMs: number): boolean {
  return (
    row.present &&
    row.revokedAtMs === undefined &&
    row.lastSeenAtMs !== undefined &&
    row.lastSeenAtMs + row.presenceMs > nowMs
  );
}

/** Identifies a runner in maps. Namespaces and ids hold no control characters, so the two never run together. */
export function runnerKey(namespace: string, id: string): string {
  return `${namespace}\n${id}`;
}

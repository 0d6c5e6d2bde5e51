import type { Listener, ListenerOptions, Pool } from "@switchyard/postgres";
import type { RunnerRow } from "../domain/runner-record.js";
import type { RunnerChange } from "./change-runner.js";
import type { findCredentialOwner } from "./credentials.js";
import type { findRunner } from "./read-runners.js";
import type { Registration } from "./register-runner.js";
import type { countLost, writeActivity } from "./write-activity.js";

type OverPool<Operation> = Operation extends (db: Pool, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/**
 * The runners' tables, as the calls of runners use them. PostgreSQL in production (`postgres-runner-store.ts`); the simulator brings tables of its own that fail on
 * purpose. The fleet's lists, managed pools and tokens use PostgreSQL directly.
 *
 * What each operation does is said where it is implemented.
 */
export interface RunnerStore {
  /** Hears of changes by other replicas. */
  listen(options: Pick<ListenerOptions, "channels" | "onNotification" | "onReconnect">): Listener;
  /** Registers a runner, and lets every replica know; undefined when its name is taken. */
  register(registration: Registration): Promise<{ readonly row: RunnerRow; readonly created: boolean } | undefined>;
  /** Changes a runner, and lets every replica know; says whether it exists. */
  change(namespace: string, id: string, change: RunnerChange): Promise<boolean>;
  readonly findRunner: OverPool<typeof findRunner>;
  readonly findCredentialOwner: OverPool<typeof findCredentialOwner>;
  readonly writeActivity: OverPool<typeof writeActivity>;
  readonly countLost: OverPool<typeof countLost>;
}

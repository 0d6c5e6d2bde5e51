import type { Clock } from "@switchyard/clock";
import type { Client } from "pg";
import type { PostgresLog } from "../log.js";

/**
 * Writes one batch and returns one result per item, in the order of the batch.
 *
 * Best a single statement, which is its own transaction. With `transaction: true` the lane puts BEGIN and COMMIT around.
 * Whatever is thrown ends the lane (see `refusal`), so an expected conflict is better made a result: `on conflict do nothing returning`.
 */
export type LaneFlush<Item, Result, Connection = Client> = (
  client: Connection,
  batch: readonly Item[],
) => Promise<readonly Result[]>;

/**
 * - `stopped`: not started, or stopped. Pushes are refused.
 * - `ready`: connected; pushes are taken.
 * - `dead`: a write failed or its outcome is unknown. Pushes are refused until `start()`.
 */
export type LaneState = "stopped" | "ready" | "dead";

/** The one connection of a lane. */
export interface LaneConnection<Connection = Client> {
  readonly client: Connection;
  /** Calls back once when the connection ends without `close` or `destroy`; at once when it already has. */
  whenLost(callback: (error: Error) => void): void;
  /** Ends politely; nothing may be under way. */
  close(): Promise<void>;
  /** Ends at once. The server rolls back what it has not committed when it notices, at the latest after `transaction_timeout`. */
  destroy(): void;
}

/** Options of {@link createCommitLane}. */
export interface CommitLaneOptions<Item, Result, Connection> {
  /** Shown in logs, errors and as `application_name`. */
  readonly name: string;
  /** Opens the lane's own connection. */
  readonly connect: () => Promise<LaneConnection<Connection>>;
  /** Writes a batch. */
  readonly flush: LaneFlush<Item, Result, Connection>;
  /** Most items per flush. Default 1 000. */
  readonly maxItems?: number;
  /** Most bytes per flush, as `sizeOf` counts them; a single larger item goes alone. Default 4 MiB. */
  readonly maxBytes?: number;
  /** Bytes of an item, for `maxBytes`. Default: 0, so that only `maxItems` counts. */
  readonly sizeOf?: (item: Item) => number;
  /** Most items that may be waiting or under way; a push above is refused with `RATE_LIMITED`. Default: no limit. */
  readonly maxPending?: number;
  /**
   * What happens when the server refuses a batch (so that surely nothing of it is written): `fatal` ends the lane, as for an
   * unknown outcome; `reject` rejects the items of that batch and goes on. Default `fatal`.
   */
  readonly refusal?: "fatal" | "reject";
  /** A flush without an answer after this time counts as lost. Default 10 000 ms; keep it above `transactionTimeoutMs`. */
  readonly flushTimeoutMs?: number;
  /** Called once per death, after all items were rejected. The owner drops its memory, then calls `start()` or makes a new lane. */
  readonly onFailure?: (error: Error) => void;
  /** Called after each committed flush, for metrics. */
  readonly onFlush?: (flushed: { readonly items: number; readonly bytes: number; readonly durationMs: number }) => void;
  readonly log?: PostgresLog;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Options of {@link createGroupCommitLane}. */
export interface GroupCommitLaneOptions<Item, Result> extends Omit<CommitLaneOptions<Item, Result, Client>, "connect"> {
  /** Where the lane's own connection goes: `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Puts BEGIN and COMMIT around each flush, for flushes of several statements. Costs two round trips. Default false. */
  readonly transaction?: boolean;
  /** Settings of the connection's session beside those that every lane has, such as what the planner may do. Default: the server's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Longest transaction on the server, also when half a message arrived and the rest never does. Default 5 000 ms. */
  readonly transactionTimeoutMs?: number;
}

/** One connection on which the writes of many callers share commits. */
export interface GroupCommitLane<Item, Result> {
  /** Connects; revives a dead or stopped lane. Returns at once when ready. Rejects with `STORAGE_UNAVAILABLE`. */
  start(): Promise<void>;
  /** Takes no more pushes, writes what is pending, closes the connection. */
  stop(): Promise<void>;
  /**
   * Queues an item; resolves with its result after the commit.
   * @throws SwitchyardError `RATE_LIMITED` (too many pending; nothing written) or `STORAGE_UNAVAILABLE`, whose metadata
   * `outcome` is `not_written` or `unknown`. With `refusal: "reject"` the server's own error.
   */
  push(item: Item): Promise<Result>;
  /** Items waiting or under way. */
  readonly pending: number;
  readonly state: LaneState;
}

import type { LaneConnection, Pool } from "@switchyard/postgres";
import type { LiveAttempt } from "../domain/core/model.js";
import type { ClaimWrite, ReportWrite, SubmitWrite } from "../domain/core/writes.js";
import type { leaseRows, openSerials } from "./audit-rows.js";
import type { loadByReuseKey, loadFinalStates } from "./ended-facts.js";
import type { readEnds, readJobs } from "./job-rows.js";
import type { loadOpenJobs } from "./load-open.js";
import type {
  ensureNamespace,
  findRequests,
  loadIdKey,
  loadLeases,
  loadNamespaces,
  loadNextSequence,
  loadRequests,
} from "./load-shard.js";
import type { shardOfRow } from "./move-namespace.js";
import type { NumberedEvents } from "./numbered-events.js";
import type { makePartitions } from "./partitions.js";
import type { readEvents } from "./read-events.js";
import type { readQueueTotals, readSubjects } from "./read-rollups.js";
import type { deleteSchedule, loadSchedules, putSchedule } from "./schedule-rows.js";
import type { releaseShard, takeShard } from "./take-shard.js";
import type { Term } from "./term.js";
import type { writeRollups } from "./write-rollups.js";
import type { writeLimits, writeQueue } from "./write-settings.js";

/** An operation of the store without the connections that it runs on. */
export type OverPool<Operation> = Operation extends (pool: Pool, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/**
 * What a commit lane writes with: one connection, on which each call is one atomic write behind the fence. A rejected write may have happened
 * all the same, unless the error is the server's own.
 */
export interface ShardWriter {
  /** Stores new jobs, and what comes with them. */
  submits(term: Term, writes: readonly SubmitWrite[], events: NumberedEvents): Promise<void>;
  /** Stores new leases. */
  claims(term: Term, writes: readonly ClaimWrite[], events: NumberedEvents): Promise<void>;
  /** Stores ends, starts and all other changes of existing jobs. */
  reports(term: Term, writes: readonly ReportWrite[], events: NumberedEvents): Promise<void>;
  /** Stores the latest progress of attempts, and forgets that of those that have ended. */
  progress(term: Term, attempts: readonly LiveAttempt[]): Promise<void>;
}

/**
 * The tables, as the owner of a shard and the calls about single jobs use them. PostgreSQL in production (`postgres-shard-store.ts`); the simulator brings tables of its
 * own that fail on purpose. Lists, sums and the upkeep of the history use PostgreSQL directly.
 *
 * What each operation does is said where it is implemented.
 */
export interface ShardStore {
  /** Opens the connection of a commit lane. */
  openWriter(lane: string): Promise<LaneConnection<ShardWriter>>;
  /** Asks a trivial question. */
  ping(): Promise<void>;
  readonly takeShard: OverPool<typeof takeShard>;
  /** Makes the lease of a term longer; false when the term is over. */
  renewShard(term: Term, leaseMs: number): Promise<boolean>;
  readonly releaseShard: OverPool<typeof releaseShard>;
  readonly loadIdKey: OverPool<typeof loadIdKey>;
  readonly shardOfRow: OverPool<typeof shardOfRow>;
  readonly ensureNamespace: OverPool<typeof ensureNamespace>;
  readonly loadNamespaces: OverPool<typeof loadNamespaces>;
  readonly loadOpenJobs: OverPool<typeof loadOpenJobs>;
  readonly loadLeases: OverPool<typeof loadLeases>;
  readonly loadNextSequence: OverPool<typeof loadNextSequence>;
  readonly loadRequests: OverPool<typeof loadRequests>;
  readonly findRequests: OverPool<typeof findRequests>;
  readonly loadFinalStates: OverPool<typeof loadFinalStates>;
  readonly loadByReuseKey: OverPool<typeof loadByReuseKey>;
  readonly readJobs: OverPool<typeof readJobs>;
  readonly readEnds: OverPool<typeof readEnds>;
  readonly readEvents: OverPool<typeof readEvents>;
  readonly makePartitions: OverPool<typeof makePartitions>;
  readonly writeQueue: OverPool<typeof writeQueue>;
  readonly writeLimits: OverPool<typeof writeLimits>;
  readonly loadSchedules: OverPool<typeof loadSchedules>;
  readonly putSchedule: OverPool<typeof putSchedule>;
  readonly deleteSchedule: OverPool<typeof deleteSchedule>;
  readonly readQueueTotals: OverPool<typeof readQueueTotals>;
  readonly readSubjects: OverPool<typeof readSubjects>;
  readonly writeRollups: OverPool<typeof writeRollups>;
  readonly openSerials: OverPool<typeof openSerials>;
  readonly leaseRows: OverPool<typeof leaseRows>;
}

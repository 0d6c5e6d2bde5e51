import { type LaneConnection, openLaneConnection, type Pool } from "@switchyard/postgres";
import { leaseRows, openSerials } from "./audit-rows.js";
import { byKeyOnly } from "./by-key-only.js";
import { loadByReuseKey, loadFinalStates } from "./ended-facts.js";
import { readEnds, readJobs } from "./job-rows.js";
import { loadOpenJobs } from "./load-open.js";
import {
  ensureNamespace,
  findRequests,
  loadIdKey,
  loadLeases,
  loadNamespaces,
  loadNextSequence,
  loadRequests,
} from "./load-shard.js";
import { shardOfRow } from "./move-namespace.js";
import { makePartitions } from "./partitions.js";
import { readEvents } from "./read-events.js";
import { readQueueTotals, readSubjects } from "./read-rollups.js";
import { deleteSchedule, loadSchedules, putSchedule } from "./schedule-rows.js";
import type { OverPool, ShardStore, ShardWriter } from "./shard-store.js";
import { createLeaseRenewals } from "./lease-renewals.js";
import { releaseShard, takeShard } from "./take-shard.js";
import { writeClaims } from "./write-claims.js";
import { writeProgress } from "./write-progress.js";
import { writeReports } from "./write-reports.js";
import { writeRollups } from "./write-rollups.js";
import { writeLimits, writeQueue } from "./write-settings.js";
import { writeSubmits } from "./write-submits.js";

/** What a {@link createPostgresShardStore} connects with. */
export interface PostgresShardStoreOptions {
  /** For the connections of the lanes. */
  readonly url: string;
  /** For reads and rare writes. */
  readonly pool: Pool;
  /** For taking shards and giving them back: a burst of reads that keeps every connection of a pool busy must not stand in the way. */
  readonly controlPool: Pool;
  /** For renewals of leases alone: nothing that waits for a lock may cost a lease. */
  readonly leasePool: Pool;
}

/** Creates the store over PostgreSQL. The pools stay the caller's. */
export function createPostgresShardStore({ url, pool, controlPool, leasePool }: PostgresShardStoreOptions): ShardStore {
  const read = <Operation>(operation: Operation) => over(pool, operation);
  const control = <Operation>(operation: Operation) => over(controlPool, operation);
  return {
    openWriter: (lane) => openWriter(lane, url),
    async ping() {
      await pool.query("select 1");
    },
    takeShard: control(takeShard),
    renewShard: createLeaseRenewals(leasePool),
    releaseShard: control(releaseShard),
    loadIdKey: read(loadIdKey),
    shardOfRow: read(shardOfRow),
    ensureNamespace: read(ensureNamespace),
    loadNamespaces: read(loadNamespaces),
    loadOpenJobs: read(loadOpenJobs),
    loadLeases: read(loadLeases),
    loadNextSequence: read(loadNextSequence),
    loadRequests: read(loadRequests),
    findRequests: read(findRequests),
    loadFinalStates: read(loadFinalStates),
    loadByReuseKey: read(loadByReuseKey),
    readJobs: read(readJobs),
    readEnds: read(readEnds),
    readEvents: read(readEvents),
    makePartitions: read(makePartitions),
    writeQueue: read(writeQueue),
    writeLimits: read(writeLimits),
    loadSchedules: read(loadSchedules),
    putSchedule: read(putSchedule),
    deleteSchedule: read(deleteSchedule),
    readQueueTotals: read(readQueueTotals),
    readSubjects: read(readSubjects),
    writeRollups: read(writeRollups),
    openSerials: read(openSerials),
    leaseRows: read(leaseRows),
  };
}

function over<Operation>(pool: Pool, operation: Operation): OverPool<Operation> {
  const run = operation as (pool: Pool, ...rest: unknown[]) => unknown;
  return ((...rest: unknown[]) => run(pool, ...rest)) as OverPool<Operation>;
}

/** Longest transaction of a lane on the server, ms; below the time after which a lane counts a flush as lost. */
const transactionTimeoutMs = 5_000;

async function openWriter(name: string, url: string): Promise<LaneConnection<ShardWriter>> {
  const opened = await openLaneConnection({ name, url, transactionTimeoutMs, settings: byKeyOnly });
  const { client } = opened;
  return {
    client: {
      submits: (term, writes, events) => writeSubmits(client, term, writes, events),
      claims: (term, writes, events) => writeClaims(client, term, writes, events),
      reports: (term, writes, events) => writeReports(client, term, writes, events),
      progress: (term, attempts) => writeProgress(client, term, attempts),
    },
    whenLost: (callback) => opened.whenLost(callback),
    close: () => opened.close(),
    destroy: () => opened.destroy(),
  };
}

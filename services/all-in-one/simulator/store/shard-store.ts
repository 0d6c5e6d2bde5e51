import type { LaneConnection } from "@switchyard/postgres";
import { answerLimitMs, takeLimitMs, type ShardStore, type ShardWriter } from "@switchyard/scheduler";
import { beginMs } from "../kernel/world.js";
import type { DatabaseLink } from "./connection.js";
import {
  deleteScheduleRow,
  makePartitionRows,
  putScheduleRow,
  raiseEpoch,
  writeLimitRows,
  writeQueueRow,
  writeRollupRows,
} from "./rare-writes.js";
import * as reads from "./reads.js";
import type { Tables } from "./tables.js";
import { type Prepared, prepareClaims, prepareProgress, prepareReports, prepareSubmits } from "./write-rows.js";

/** How long a shard that was handed over is kept for its receiver, ms; as the real store says. */
const handOverMs = 2_000;

/** The scheduler's store over simulated tables, for one process. */
export function createSimShardStore(tables: Tables, link: DatabaseLink): ShardStore {
  const nowMs = () => beginMs + link.faults.world.now;
  const run = <T>(statement: () => T) => link.run(statement);
  const take = <T>(statement: () => T) => link.run(statement, undefined, takeLimitMs);

  return {
    openWriter: () => openWriter(tables, link),
    ping: () => run(() => undefined),
    takeShard: (shard, claimant) => take(() => raiseEpoch(tables, nowMs(), shard, claimant)),
    renewShard: ({ shard, epoch }, leaseMs) =>
      link.run(
        () => {
          const row = tables.shard(shard);
          if (row.epoch !== epoch) return false;
          row.leaseUntil = nowMs() + leaseMs;
          return true;
        },
        undefined,
        answerLimitMs(leaseMs),
      ),
    releaseShard: ({ shard, epoch }, receiver) =>
      take(() => {
        const row = tables.shard(shard);
        if (row.epoch !== epoch) return;
        row.owner = receiver?.id;
        row.address = receiver?.address ?? "";
        row.leaseUntil = receiver ? nowMs() + handOverMs : Number.NEGATIVE_INFINITY;
        tables.announceShards();
      }),
    loadIdKey: () => run(() => Buffer.from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "hex")),
    ensureNamespace: (name, shard) => run(() => reads.ensureNamespace(tables, name, shard)),
    shardOfRow: (name) => run(() => tables.byName.get(name)?.shard),
    loadNamespaces: (shard) => run(() => reads.namespaces(tables, shard)),
    async *loadOpenJobs(ns) {
      const pageSize = 50;
      for (let after = 0; ; ) {
        const rows = await run(() => reads.openJobs(tables, ns, after, pageSize));
        if (rows.length > 0) yield rows;
        if (rows.length < pageSize) return;
        after = rows.at(-1)?.serial ?? after;
      }
    },
    loadLeases: (ns) => run(() => reads.leases(tables, ns)),
    loadNextSequence: (shard) => run(() => reads.nextSequence(tables, shard)),
    loadRequests: (days, sinceMs) => run(() => reads.requests(tables, days, sinceMs)),
    findRequests: (ns, days, sinceMs, keys) =>
      run(() => reads.requests(tables, days, sinceMs).filter((row) => row.ns === ns && keys.includes(row.request_key))),
    loadFinalStates: (ns, _, serials) => run(() => reads.finalStates(tables, ns, serials)),
    loadByReuseKey: (ns, _, keys) => run(() => reads.endedByKey(tables, ns, keys)),
    readJobs: (ns, _, serials, payloads, maxBytes) => run(() => reads.jobs(tables, ns, serials, payloads, maxBytes)),
    readEnds: (ns, _, serials, payloads, maxBytes) => run(() => reads.ends(tables, ns, serials, payloads, maxBytes)),
    async *readEvents(shard, after, upTo) {
      const events = await run(() => reads.events(tables, shard, after, upTo));
      if (events.length > 0) yield { events };
    },
    makePartitions: (term, partitions) => run(() => makePartitionRows(tables, term, partitions)),
    writeQueue: (term, ns, queue, settings) => run(() => writeQueueRow(tables, term, ns, queue, settings)),
    writeLimits: (term, ns, limits) => run(() => writeLimitRows(tables, term, ns, limits)),
    loadSchedules: (shard) => run(() => reads.schedules(tables, shard)),
    putSchedule: (term, row) => run(() => putScheduleRow(tables, term, row)),
    deleteSchedule: (term, ns, name) => run(() => deleteScheduleRow(tables, term, ns, name)),
    readQueueTotals: (shard) => run(() => reads.queueTotals(tables, shard)),
    readSubjects: (ns, _, serials) => run(() => reads.subjects(tables, ns, serials)),
    writeRollups: (term, from, upTo, rows) => run(() => writeRollupRows(tables, term, from, upTo, rows)),
    openSerials: (ns, after, limit) => run(() => reads.openSerials(tables, ns, after, limit)),
    leaseRows: (ns) => run(() => reads.leases(tables, ns)),
  };
}

/** A lane's own connection: what is sent over it runs in order, and it ends with the first failure of the way. */
async function openWriter(tables: Tables, link: DatabaseLink): Promise<LaneConnection<ShardWriter>> {
  await link.run(() => undefined);
  let lost: Error | undefined;
  let ended = false;
  let callback: ((error: Error) => void) | undefined;
  const broken = {
    whenBroken: (error: Error) => {
      if (ended || lost) return;
      lost = error;
      callback?.(error);
    },
  };
  const close = link.open(broken);
  const write = (prepared: Prepared) => link.run(() => prepared(tables), broken);
  return {
    client: {
      submits: (term, writes, events) => write(prepareSubmits(term, writes, events)),
      claims: (term, writes, events) => write(prepareClaims(term, writes, events)),
      reports: (term, writes, events) => write(prepareReports(term, writes, events)),
      progress: (term, attempts) => write(prepareProgress(term, attempts)),
    },
    whenLost: (listener) => {
      callback = listener;
      if (lost) listener(lost);
    },
    close: () => {
      ended = true;
      close();
      return Promise.resolve();
    },
    destroy: () => {
      ended = true;
      close();
    },
  };
}

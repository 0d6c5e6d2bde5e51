import type { ShardStore } from "@switchyard/scheduler";
import { Statement } from "./statement.js";
import type { Partition, QueueSettings, RollupRow, ScheduleRow, Term } from "./rows.js";
import type { Tables } from "./tables.js";

type Claimant = Parameters<ShardStore["takeShard"]>[1];
type Limits = Parameters<ShardStore["writeLimits"]>[2];

/** Takes a shard that is free under the next epoch; undefined while another replica owns it. Statements happen in one moment, so there are none to be waited for. */
export function raiseEpoch(tables: Tables, nowMs: number, shard: number, claimant: Claimant): Term | undefined {
  const row = tables.shard(shard);
  if (row.owner !== undefined && row.owner !== claimant.owner && row.leaseUntil >= nowMs) return undefined;
  row.epoch++;
  row.owner = claimant.owner;
  row.address = claimant.address;
  row.leaseUntil = nowMs + claimant.leaseMs;
  tables.announceShards();
  return { shard, epoch: row.epoch };
}

/** Makes partitions that are not there. */
export function makePartitionRows(tables: Tables, term: Term, partitions: readonly Partition[]): void {
  fenced(tables, term, () => {
    for (const { of, number } of partitions) tables.partitions.add(`${of} ${number}`);
  });
}

/** Stores the settings of a queue. */
export function writeQueueRow(tables: Tables, term: Term, ns: number, queue: string, settings: QueueSettings): void {
  const copy = structuredClone(settings);
  fenced(tables, term, () => tables.space(ns).queues.set(queue, copy));
}

/** Stores limits; those without seats and rate are removed. */
export function writeLimitRows(tables: Tables, term: Term, ns: number, limits: Limits): void {
  fenced(tables, term, () => {
    const rows = tables.space(ns).limits;
    for (const { key, spec } of limits) {
      if (spec.seats === undefined && spec.ratePerSecond === undefined) rows.delete(key);
      else rows.set(key, { ...spec });
    }
  });
}

/** Stores a schedule; one of the same name is replaced. */
export function putScheduleRow(tables: Tables, term: Term, row: ScheduleRow): void {
  fenced(tables, term, () => tables.space(row.ns).schedules.set(row.name, { ...row }));
}

/** Deletes a schedule. */
export function deleteScheduleRow(tables: Tables, term: Term, ns: number, name: string): void {
  fenced(tables, term, () => tables.space(ns).schedules.delete(name));
}

/** Adds to the sums and moves their cursor; nothing happens where that is not at `from`. */
export function writeRollupRows(
  tables: Tables,
  term: Term,
  from: number,
  upTo: number,
  rows: readonly RollupRow[],
): void {
  fenced(tables, term, () => {
    const shard = tables.shard(term.shard);
    if (shard.rollupCursor !== from) return;
    shard.rollupCursor = upTo;
    for (const row of rows) {
      const { n, timed, durationMs, waitMs, amount, ...key } = row;
      const name = JSON.stringify(Object.values(key));
      const old = tables.rollups.get(name);
      tables.rollups.set(name, {
        ...key,
        n: n + (old?.n ?? 0),
        timed: timed + (old?.timed ?? 0),
        durationMs: durationMs + (old?.durationMs ?? 0),
        waitMs: waitMs + (old?.waitMs ?? 0),
        amount: amount + (old?.amount ?? 0),
      });
    }
  });
}

function fenced(tables: Tables, term: Term, effect: () => void): void {
  const statement = new Statement(tables, term);
  statement.effect(effect);
  statement.commit();
}

import { cpus } from "node:os";
import type { Result } from "./result.js";

/** A result as a line of JSON; a figure that is not served has `null` in the place of ours. */
export function jsonLine(result: Result): string {
  const { value, cpu, rounds } = result;
  return JSON.stringify({
    figure: result.figure,
    ours: rounded(result.ours),
    peers: mapped(result.peers, rounded),
    ratio_to_best_pg_peer: rounded(result.ratioToBestPostgresPeer),
    ratio_to_best_peer: rounded(result.ratioToBestPeer),
    ratio_to_raw_sql: rounded(result.ratioToRaw),
    title: value.title,
    unit: value.unit,
    better: value.better,
    raw_sql: rounded(result.raw),
    bar: value.bar ?? null,
    reached: result.reached ?? null,
    cpu_us_per_job: mapped(cpu, (times) => mapped(times, rounded)),
    rounds: mapped(rounds, (all) => all.map(rounded)),
    machine: { cores: cpus().length, node: process.version },
  });
}

function rounded(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : Number(value.toPrecision(4));
}

function mapped<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

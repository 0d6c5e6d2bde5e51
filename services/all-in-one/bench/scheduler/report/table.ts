import type { CpuTimes } from "../contenders/contender.js";
import { peers } from "../contenders/contender.js";
import type { Bar } from "../figures/figure.js";
import type { Result } from "./result.js";

/** Results as a table for people; peers that nobody measured have no column. */
export function table(results: readonly Result[]): string {
  const shown = peers.filter((name) => results.some((result) => name in result.peers));
  const head = [
    "figure",
    "unit",
    "ours",
    ...shown,
    "raw SQL",
    "/ best PG",
    "/ best",
    "/ raw",
    "bar",
    "CPU us a job, ours",
  ];
  const rows = results.map((result) => [
    result.value.title,
    result.value.unit,
    result.ours === undefined ? "not served" : number(result.ours),
    ...shown.map((name) => number(result.peers[name])),
    number(result.raw),
    ratio(result.ratioToBestPostgresPeer),
    ratio(result.ratioToBestPeer),
    ratio(result.ratioToRaw),
    bar(result),
    cpuText(result.cpu.ours ?? {}),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return [line(head), ...rows.map(line)].map((text) => text.trimEnd()).join("\n");
}

/** CPU times as `client 7.6, services 10.2`. */
export function cpuText(cpu: CpuTimes): string {
  return Object.entries(cpu)
    .map(([name, micros]) => `${name} ${micros.toFixed(1)}`)
    .join(", ");
}

/** A value with as many digits as tell something. */
export function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "";
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

function ratio(value: number | undefined): string {
  return value === undefined ? "" : `${value.toFixed(2)} x`;
}

const againstText: Record<Bar["against"], string> = {
  "postgres-peer": " x PG",
  peer: " x best",
  "pg-boss": " x pg-boss",
  nothing: "",
};

function bar({ value: { bar: wanted, better }, reached }: Result): string {
  if (wanted === undefined) return "";
  const sign = better === "higher" ? ">=" : "<=";
  const verdict = reached === undefined ? "" : reached ? " yes" : " NO";
  return `${sign} ${wanted.atLeast}${againstText[wanted.against]}${verdict}`;
}

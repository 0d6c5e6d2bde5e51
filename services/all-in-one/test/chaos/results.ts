import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { addPain, type CallSort, type Pain } from "./bursts.js";
import type { Round } from "./round.js";

/** What is kept of a round, or of several. */
export interface Result {
  readonly rounds: number;
  /** Time under load, ms. */
  readonly loadMs: number;
  readonly jobs: number;
  readonly violations: number;
  readonly leasesLost: number;
  /** Writes of runners that were refused since their attempt was over. */
  readonly staleWritesRefused: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly pain: Readonly<Record<CallSort, Pain>>;
  readonly painByFault: Readonly<Record<CallSort, Readonly<Record<string, Pain>>>>;
}

/** Takes out of a round what is kept of it. */
export function resultOf(round: Round): Result {
  const faults: Record<string, number> = {};
  for (const { fault } of round.faults) faults[fault] = (faults[fault] ?? 0) + 1;
  const { observations } = round.history;
  const leasesLost = observations.filter((seen) => seen.type === "event" && seen.event.type === "LEASE_LOST").length;
  const staleWritesRefused = observations.filter((seen) => seen.type === "written" && seen.result === "refused").length;
  return {
    ...{ rounds: 1, loadMs: round.loadMs, jobs: round.acknowledged, violations: round.violations.length },
    ...{ leasesLost, staleWritesRefused, faults, pain: round.pain, painByFault: round.painByFault },
  };
}

/** Joins results; undefined: there is none. */
function sumResults(results: readonly Result[]): Result | undefined {
  const [first, ...rest] = results;
  return first && rest.reduce(addResults, first);
}

function addResults(one: Result, other: Result): Result {
  return {
    rounds: one.rounds + other.rounds,
    loadMs: one.loadMs + other.loadMs,
    jobs: one.jobs + other.jobs,
    violations: one.violations + other.violations,
    leasesLost: one.leasesLost + other.leasesLost,
    staleWritesRefused: one.staleWritesRefused + other.staleWritesRefused,
    faults: joinBy(one.faults, other.faults, (a = 0, b = 0) => a + b),
    pain: joinBy(one.pain, other.pain, addPain) as Result["pain"],
    painByFault: {
      repeated: joinBy(one.painByFault.repeated, other.painByFault.repeated, addPain),
      once: joinBy(one.painByFault.once, other.painByFault.once, addPain),
    },
  };
}

function joinBy<T>(
  one: Readonly<Record<string, T>>,
  other: Readonly<Record<string, T>>,
  join: (a: T | undefined, b: T | undefined) => T,
): Record<string, T> {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, join(one[name], other[name])]));
}

/** Adds a result to a file of JSON lines, made when missing, and sums all that is in it. */
export function keepResult(path: string, result: Result): Result {
  appendFileSync(path, `${JSON.stringify(result)}\n`);
  return sumResults(readResults(path)) ?? result;
}

function readResults(path: string): Result[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Result);
}

/** A result as a table for people. */
export function describeResult(result: Result): string {
  const minutes = (result.loadMs / 60_000).toFixed(1);
  const rate = Math.round(result.jobs / (result.loadMs / 1_000));
  const header =
    "fault                    count | repeated calls: failed, burst, longest | made once: failed, burst, longest";
  const row = (name: string, count: string, repeated?: Pain, once?: Pain) =>
    `${name.padEnd(22)} ${count.padStart(7)} | ${painWords(repeated).padStart(38)} | ${painWords(once).padStart(31)}`;
  const { pain, painByFault, faults } = result;
  return [
    `${result.rounds} rounds, ${minutes} minutes under load: ${result.jobs} jobs acknowledged (${rate}/s), ${result.violations} violations; ` +
      `${result.leasesLost} leases lost, ${result.staleWritesRefused} stale writes refused`,
    header,
    ...Object.keys(faults)
      .sort()
      .map((name) => row(name, String(faults[name]), painByFault.repeated[name], painByFault.once[name])),
    row("all the time", "", pain.repeated, pain.once),
  ].join("\n");
}

function painWords(pain: Pain | undefined): string {
  if (pain === undefined) return "";
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return `${pain.failed} of ${pain.calls}, ${seconds(pain.burstMs)}, ${seconds(pain.callMs)}`;
}

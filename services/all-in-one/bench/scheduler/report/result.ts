import { type ContenderName, type CpuTimes, type PeerName, peers, postgresPeers } from "../contenders/contender.js";
import type { Bar, Figure, FigureValue } from "../figures/figure.js";
import type { Rounds } from "../measure-figure.js";
import { median } from "../measure/median.js";

/** One line of the table: medians over the rounds, and ratios of ours to the others. */
export interface Result {
  readonly figure: string;
  readonly value: FigureValue;
  /** Unset: our service does not serve this yet. */
  readonly ours: number | undefined;
  readonly raw: number | undefined;
  readonly peers: Readonly<Partial<Record<PeerName, number>>>;
  readonly ratioToBestPostgresPeer: number | undefined;
  readonly ratioToBestPeer: number | undefined;
  readonly ratioToRaw: number | undefined;
  /** Whether the bar's `atLeast` is reached; unset without a bar, or without those that it compares with. */
  readonly reached: boolean | undefined;
  /** CPU microseconds of one job, by contender and process. */
  readonly cpu: Readonly<Record<string, CpuTimes>>;
  /** Every round, by contender. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
}

/** Sums up what was measured of one figure. */
export function resultsOf(figure: Figure, rounds: Rounds): Result[] {
  return figure.values.map((value) => resultOf(figure, value, rounds));
}

function resultOf(figure: Figure, value: FigureValue, rounds: Rounds): Result {
  const valuesOf = (name: ContenderName) =>
    (rounds.get(name) ?? []).map(({ values }) => values[value.key] ?? Number.NaN);
  const middle = (name: ContenderName) => (rounds.get(name)?.length ? median(valuesOf(name)) : undefined);
  const ours = middle("ours");
  const raw = middle("raw");
  const measured = peers.flatMap((name) => {
    const found = middle(name);
    return found === undefined ? [] : [[name, found] as const];
  });
  const best = (names: readonly PeerName[]) => {
    const found = measured.filter(([name]) => names.includes(name)).map(([, one]) => one);
    if (found.length === 0) return undefined;
    return value.better === "higher" ? Math.max(...found) : Math.min(...found);
  };
  const ratioTo = (other: number | undefined) => (ours === undefined || other === undefined ? undefined : ours / other);
  const result = {
    figure: value.key === "" ? figure.name : `${figure.name}-${value.key}`,
    value,
    ours,
    raw,
    peers: Object.fromEntries(measured),
    ratioToBestPostgresPeer: ratioTo(best(postgresPeers)),
    ratioToBestPeer: ratioTo(best(peers)),
    ratioToRaw: ratioTo(raw),
  };
  const against: Record<Bar["against"], number | undefined> = {
    "postgres-peer": result.ratioToBestPostgresPeer,
    peer: result.ratioToBestPeer,
    "pg-boss": ratioTo(best(["pg-boss"])),
    nothing: ours,
  };
  return {
    ...result,
    reached: value.bar && reaches(value, value.bar, against[value.bar.against]),
    cpu: Object.fromEntries([...rounds].map(([name, all]) => [name, medianCpu(all.map(({ cpu }) => cpu ?? {}))])),
    rounds: Object.fromEntries([...rounds.keys()].map((name) => [name, valuesOf(name)])),
  };
}

function reaches({ better }: FigureValue, { atLeast }: Bar, found: number | undefined): boolean | undefined {
  if (found === undefined) return undefined;
  return better === "higher" ? found >= atLeast : found <= atLeast;
}

function medianCpu(rounds: readonly CpuTimes[]): CpuTimes {
  const names = new Set(rounds.flatMap((cpu) => Object.keys(cpu)));
  return Object.fromEntries([...names].map((name) => [name, median(rounds.map((cpu) => cpu[name] ?? Number.NaN))]));
}

/** What the ended runs of a codebase in a campaign tell about the next one. */
export interface PairHistory {
  /** How long it will take, in seconds. */
  readonly durationSeconds: number;
  readonly successes: number;
  readonly total: number;
}

/** Sums over runs that ended with the same code. */
export interface RunSums {
  readonly runs: number;
  /** Runs that `seconds` covers. */
  readonly timed: number;
  readonly seconds: number;
}

/** How long a run takes of which nothing is known, in seconds. */
const defaultDurationSeconds = 15;

interface Tally {
  total: number;
  successes: number;
  timed: number;
  seconds: number;
}

/** Adds runs up by codebase and campaign. What failed for a passing reason, and what was lost, tells nothing and is left out. */
export class RunTallies {
  readonly #pairs = new Map<string, Tally>();
  readonly #codebases = new Map<string, Tally>();
  readonly #campaigns = new Map<string, Tally>();

  /** Counts runs of a codebase. */
  addOfCodebase(codebase: string, campaign: string, code: string, sums: RunSums): void {
    if (!counts(code)) return;
    add(this.#pairs, JSON.stringify([codebase, campaign]), code, sums);
    add(this.#codebases, codebase, code, sums);
  }

  /** Counts runs of a campaign, over all codebases. */
  addOfCampaign(campaign: string, code: string, sums: RunSums): void {
    if (counts(code)) add(this.#campaigns, campaign, code, sums);
  }

  /** Whether the duration can be told without the campaign's other codebases. */
  knowsCodebase(codebase: string): boolean {
    return meanOf(this.#codebases.get(codebase)) !== undefined;
  }

  /** The history of a pair: its own runs, and the time that they take, or those of its codebase, or those of its campaign. */
  historyOf(codebase: string, campaign: string): PairHistory {
    const pair = this.#pairs.get(JSON.stringify([codebase, campaign]));
    const durationSeconds =
      meanOf(pair) ??
      meanOf(this.#codebases.get(codebase)) ??
      meanOf(this.#campaigns.get(campaign)) ??
      defaultDurationSeconds;
    return { durationSeconds, successes: pair?.successes ?? 0, total: pair?.total ?? 0 };
  }
}

/** Transient runs have a mark before their code, lost ones have no code. */
function counts(code: string): boolean {
  return code !== "" && !code.startsWith("transient:");
}

function add(tallies: Map<string, Tally>, key: string, code: string, { runs, timed, seconds }: RunSums): void {
  const tally = tallies.get(key) ?? { total: 0, successes: 0, timed: 0, seconds: 0 };
  tally.total += runs;
  if (code === "success") tally.successes += runs;
  tally.timed += timed;
  tally.seconds += seconds;
  tallies.set(key, tally);
}

function meanOf(tally: Tally | undefined): number | undefined {
  return tally === undefined || tally.timed === 0 ? undefined : tally.seconds / tally.timed;
}

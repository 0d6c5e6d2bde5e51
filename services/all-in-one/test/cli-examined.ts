import type { cliFor } from "./cli-run.js";

/** One finding, as `doctor -o json` writes it. */
export interface Told {
  readonly check: string;
  readonly verdict: string;
  readonly message: string;
  readonly advice?: string;
}

/** What the doctor told. */
export interface Examined {
  readonly code: number;
  readonly out: string;
  readonly told: readonly Told[];
  /** By check; of a check that told several things, the worst. */
  readonly worst: ReadonlyMap<string, Told>;
  /** The checks that failed. */
  readonly failed: readonly string[];
}

/** Runs the doctor. */
export async function examined(cli: ReturnType<typeof cliFor>, ...argv: readonly string[]): Promise<Examined> {
  const { code, out } = await cli.run("doctor", "-q", "-o", "json", ...argv);
  const told = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
  const grave = ["ok", "skip", "warn", "fail"];
  const worst = new Map<string, Told>();
  for (const finding of told) {
    const before = worst.get(finding.check);
    if (before === undefined || grave.indexOf(finding.verdict) > grave.indexOf(before.verdict))
      worst.set(finding.check, finding);
  }
  const failed = [...worst.values()].filter(({ verdict }) => verdict === "fail").map(({ check }) => check);
  return { code, out, told, worst, failed };
}

/** How the properties are run, from the environment. */
export interface PropertySettings {
  /** `PROPERTY_RUNS`: sequences. Default 24: a slice for every run of the tests. */
  readonly runs: number;
  /** `PROPERTY_FAULTS`: share of the flushes that fail. Default 0.05. */
  readonly faults: number;
  /** `PROPERTY_SEED`: what everything is drawn from. Default: by the clock, and printed. */
  readonly seed: number;
  /** `PROPERTY_PATH`: with the seed, the one sequence to repeat, alone. Printed by a run that fails. */
  readonly path: string | undefined;
  /** `PROPERTY_FEATURES`: only these features, separated by commas. Default: all. */
  readonly features: readonly string[];
  /** `PROPERTY_CONCURRENCY`: sequences at a time. Default 24. */
  readonly concurrency: number;
}

/** Reads the settings. @throws Error for what is no number. */
export function propertySettings(env: NodeJS.ProcessEnv = process.env): PropertySettings {
  const number = (name: string, byDefault: number) => {
    const value = Number(env[name] || byDefault);
    if (!Number.isFinite(value)) throw new Error(`${name} must be a number, not ${env[name]}`);
    return value;
  };
  return {
    runs: number("PROPERTY_RUNS", 24),
    faults: number("PROPERTY_FAULTS", 0.05),
    seed: number("PROPERTY_SEED", Date.now() % 0x7fffffff),
    path: env["PROPERTY_PATH"] || undefined,
    features: (env["PROPERTY_FEATURES"] ?? "").split(",").filter((name) => name !== ""),
    concurrency: number("PROPERTY_CONCURRENCY", 48),
  };
}

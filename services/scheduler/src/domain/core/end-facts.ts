/** What sums need to know of the end of a job. Times in whole ms since 1970; 0 is none. */
export interface EndFacts {
  readonly bucket: number;
  /** Undefined while nobody has looked it up: memory does not keep the subjects of all jobs. */
  subject: string | undefined;
  readonly createdAt: number;
  /** Of the attempt that ended the job; 0 for a job that ended while it waited. */
  readonly claimedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly runnerId: string;
  /** The outcome's label `code`; empty for none. */
  readonly code: string;
  /** The outcome's metrics. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What an outcome adds to sums. */
export type OutcomeSums = Pick<EndFacts, "code" | "metrics">;

/** Most bytes of a code or the name of a metric in sums: they are part of a key. */
const maxNameBytes = 255;

const noSums: OutcomeSums = { code: "", metrics: {} };

/** Reads code and metrics from the facts of an outcome, which are JSON text, or empty. Longer names are cut. */
export function outcomeSums(facts: string): OutcomeSums {
  if (facts === "") return noSums;
  const { labels = {}, metrics = {} } = JSON.parse(facts) as {
    readonly labels?: Readonly<Record<string, string>>;
    readonly metrics?: Readonly<Record<string, number>>;
  };
  const code = labels["code"] ?? "";
  const names = Object.entries(metrics);
  if (code === "" && names.length === 0) return noSums;
  const sums: Record<string, number> = {};
  for (const [name, value] of names) {
    const key = nameInSums(name);
    sums[key] = (sums[key] ?? 0) + value;
  }
  return { code: nameInSums(code), metrics: sums };
}

/** A name as the tables can keep it: no zero bytes, and not too long for a key. */
function nameInSums(name: string): string {
  const storable = name.includes("\u0000") ? name.replaceAll("\u0000", "\ufffd") : name;
  // No character has more than three bytes per unit.
  if (storable.length * 3 <= maxNameBytes) return storable;
  let bytes = 0;
  let end = 0;
  for (const character of storable) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > maxNameBytes) break;
    end += character.length;
  }
  return storable.slice(0, end);
}

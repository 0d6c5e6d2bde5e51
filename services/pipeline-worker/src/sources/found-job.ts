/** A posting as a source tells it. Texts are plain, without markup. */
export interface FoundJob {
  readonly title: string;
  readonly company: string;
  readonly location: string;
  readonly description: string;
  readonly url: string;
  readonly salary: string | null;
  readonly job_type: string | null;
  /** UTC with microseconds and no zone; null where the source says none. */
  readonly posted_date: string | null;
  /** Null where the source has none. */
  readonly source_id: string | null;
}

/** What is looked for. */
export interface SourceQuery {
  /** Words of the title, of which any will do. */
  readonly terms: readonly string[];
  readonly maxResults: number;
  /** A place, as people write it. */
  readonly location?: string | undefined;
  /** A country, by name or code. */
  readonly country?: string | undefined;
  readonly hoursOld?: number | undefined;
  /** Only jobs that can be done from anywhere (Himalayas) or remotely (Indeed). */
  readonly remoteOnly?: boolean | undefined;
}

/** Something that can be asked for jobs. */
export interface JobSource {
  /** @throws PageFailure, or Error for an answer of another form */
  find(query: SourceQuery): Promise<FoundJob[]>;
}

/** A time in any of the forms that sources write it, in the form of postings; null for what is none. Numbers are seconds or milliseconds. */
export function postedDate(value: unknown): string | null {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^\d{9,14}$/.test(value)
        ? Number(value)
        : Number.NaN;
  if (number > 0) return naive(new Date(number < 100_000_000_000 ? number * 1000 : number));
  if (typeof value !== "string" || value.trim() === "") return null;
  // Without a zone it counts as UTC, as in all stored times.
  const text = value.trim();
  const zoned = /^\d{4}-\d\d-\d\d[T ][\d:.]+$/.test(text) ? `${text.replace(" ", "T")}Z` : text;
  return naive(new Date(zoned));
}

function naive(time: Date): string | null {
  return Number.isNaN(time.getTime()) ? null : time.toISOString().replace("Z", "000");
}

/** A range of pay as words: `USD 100,000 - 150,000`; null where nothing is said. */
export function salaryText(
  currency: string,
  min: number | undefined,
  max: number | undefined,
  unit = "",
): string | null {
  const amounts = [min, max].filter((amount) => amount !== undefined && amount > 0) as number[];
  if (amounts.length === 0) return null;
  const words = [...new Set(amounts)].map((amount) => amount.toLocaleString("en-US"));
  return `${currency} ${words.join(" - ")}${unit === "" ? "" : ` per ${unit}`}`.trim();
}

import { type AggregateFilter, type GroupPage, type GroupRow, hourMs } from "../../store/aggregate-query.js";
import type { Dimension, SumKey } from "./cubes.js";
import { addSums, noSums, type Sums } from "./sums.js";

/** Sums by group, put together from several sources. */
export class Groups {
  readonly #groups = new Map<string, { readonly key: readonly string[]; readonly sums: Sums }>();

  /** Adds to a group. */
  add(key: readonly string[], sums: Readonly<Sums>): void {
    const text = JSON.stringify(key);
    let group = this.#groups.get(text);
    if (!group) {
      group = { key, sums: noSums() };
      this.#groups.set(text, group);
    }
    addSums(group.sums, sums);
  }

  /** Adds what was read. */
  addRow({ key, n, timed, durationMs, waitMs, metrics }: GroupRow): void {
    this.add(key, { n, timed, durationMs, waitMs, metrics: new Map(Object.entries(metrics)) });
  }

  /**
   * The first groups of a page, and the key behind which the next page begins; undefined at the end. Every source must have given its own first
   * `limit` groups of the page, or all. Groups without jobs are left out, so a page may be shorter than its limit.
   */
  page(
    { after, limit }: GroupPage,
    moreInASource: boolean,
  ): { readonly rows: GroupRow[]; readonly next?: readonly string[] } {
    const all = [...this.#groups.values()]
      .filter(({ key }) => !after || compareKeys(key, after) > 0)
      .sort((a, b) => compareKeys(a.key, b.key));
    const taken = all.slice(0, limit);
    const last = taken.at(-1);
    const rows = taken.flatMap(({ key, sums: { n, timed, durationMs, waitMs, metrics } }) =>
      n > 0 ? [{ key, n, timed, durationMs, waitMs, metrics: Object.fromEntries(metrics ?? []) }] : [],
    );
    return last && (moreInASource || all.length > limit) ? { rows, next: last.key } : { rows };
  }
}

/** Compares keys as the database does: element by element, byte by byte. */
function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [i, element] of a.entries()) {
    const order = Buffer.compare(Buffer.from(element), Buffer.from(b[i] ?? ""));
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether the sums of a key count. Times are whole hours. */
export function matches(key: SumKey, filter: AggregateFilter): boolean {
  const { queue, kinds, subject, runner, states, endedFromMs = 0, endedBeforeMs = Number.POSITIVE_INFINITY } = filter;
  const at = key.hour * hourMs;
  return (
    (queue === undefined || key.queue === queue) &&
    (kinds === undefined || kinds.includes(key.kind)) &&
    (subject === undefined || key.subject === subject) &&
    (runner === undefined || key.runner === runner) &&
    (states === undefined || states.includes(key.state)) &&
    at >= endedFromMs &&
    at < endedBeforeMs
  );
}

/** The key of the group that a sum belongs to. */
export function groupOf(key: SumKey, groups: readonly Dimension[]): string[] {
  return groups.map((group) => (group === "hour" ? hourName(key.hour) : key[group]));
}

/** An hour since 1970 as groups show it; empty for 0. */
function hourName(hour: number): string {
  return hour === 0 ? "" : `${new Date(hour * hourMs).toISOString().slice(0, 13)}:00:00Z`;
}

import type { Observation } from "@switchyard/history";

/** An attempt whose log is worth reading. */
export interface SampledLog {
  readonly namespace: string;
  readonly job: string;
  readonly attempt: number;
}

/**
 * Picks attempts whose log is read at the end: first those of which a write was refused or not answered, or was sent twice, then others.
 *
 * @param most so many, since each is a call
 */
export function sampleLogs(observations: readonly Observation[], most: number): SampledLog[] {
  const namespaces = new Map<string, string>();
  const writes = new Map<number, string>();
  const logs = new Map<string, SampledLog>();
  const odd = new Set<string>();
  const firsts = new Set<string>();
  for (const seen of observations) {
    if (seen.type === "granted") namespaces.set(seen.job, seen.namespace);
    else if (seen.type === "write" && seen.what.sort === "log") {
      const { job, attempt, what } = seen;
      const name = `${job}/${attempt}`;
      writes.set(seen.write, name);
      logs.set(name, { namespace: namespaces.get(job) ?? "", job, attempt });
      const first = `${name}/${what.first}`;
      if (firsts.has(first)) odd.add(name);
      firsts.add(first);
    } else if (seen.type === "written" && seen.result !== "taken") {
      const name = writes.get(seen.write);
      if (name !== undefined) odd.add(name);
    }
  }
  const all = [...odd, ...[...logs.keys()].filter((name) => !odd.has(name))];
  return all.slice(0, most).flatMap((name) => logs.get(name) ?? []);
}

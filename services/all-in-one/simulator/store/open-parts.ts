import type { OpenJob, SubmitWrite } from "./rows.js";
import { uniqueViolation } from "./statement.js";
import type { StoredOpen } from "./tables.js";
import { needPartition, type Part } from "./write-part.js";

type Decided = Pick<OpenJob, "shape"> & Omit<StoredOpen["decision"], "shapeId">;

/** What decisions need of an open job, as it is now. */
export function decisionOf(job: Decided): StoredOpen["decision"] {
  const { rankClass, rank, weight, createdMicros, readyAt, reopen, attempt, revision } = job;
  const { counted, failures, lostBeforeStart, lostAfterStart, shape } = job;
  return {
    ...{ rankClass, rank, weight, createdMicros, readyAt, reopen, attempt, revision },
    ...{ counted, failures, lostBeforeStart, lostAfterStart, shapeId: shape.id },
  };
}

/** Keys and parents of an open job, where there are any. */
export function extraOf({ traits, reuseKey, storedParents: parents, reopened }: OpenJob): StoredOpen["extra"] {
  const { concurrencyKeys, rateKeys, fairnessKey } = traits;
  const isPlain = concurrencyKeys.length + rateKeys.length + parents.length === 0 && fairnessKey + reuseKey === "";
  if (isPlain && !reopened) return undefined;
  return { concurrencyKeys, rateKeys, fairnessKey, reuseKey, parents: [...parents], reopened };
}

/** New open jobs. */
export function openInsertParts(jobs: readonly OpenJob[]): Part[] {
  return jobs.map((job): Part => {
    const { space, serial, bucket, kind, reuseKey: key } = job;
    const reuseKey = key !== "" && space.reuseKeys.get(key) === serial ? key : undefined;
    const standsForKey = reuseKey !== undefined;
    const row: StoredOpen = {
      serial,
      bucket,
      kind,
      decision: decisionOf(job),
      extra: extraOf(job),
      standsForKey,
      reuseKey,
    };
    return (s) => {
      const { open } = s.tables.space(space.id);
      s.insert("o", "open", space.id, open, serial, row);
      if (reuseKey === undefined) return;
      s.touch(`o ${serial}`, "open_by_reuse_key", `${space.id}/${reuseKey}`);
      for (const other of open.values())
        if (other.reuseKey === reuseKey) throw uniqueViolation("open_by_reuse_key", reuseKey);
    };
  });
}

/** A change of an open job. */
export function openUpdate(
  part: string,
  job: OpenJob,
  decision: StoredOpen["decision"],
  extra?: StoredOpen["extra"],
): Part {
  const { serial } = job;
  const ns = job.space.id;
  const hasExtra = part === "op";
  return (s) => {
    const { open } = s.tables.space(ns);
    const row = open.get(serial);
    if (!row) return;
    s.touch(part, "open", `${ns}/${serial}`);
    s.effect(() => open.set(serial, { ...row, decision, ...(hasExtra && { extra }) }));
  };
}

/** Later changes of open jobs. */
export function amendParts(amends: SubmitWrite["amends"]): Part[] {
  return amends.flatMap(({ job, revision, rankClass, rank, weight, body }): Part[] => {
    const ns = job.space.id;
    const row = { serial: job.serial, revision, place: { rankClass, rank, weight }, body };
    return [
      openUpdate("ao", job, decisionOf({ ...job, revision, rankClass, rank, weight })),
      (s) => {
        needPartition(s, "bucket", job.bucket);
        const { amendments } = s.tables.space(ns);
        const rows = amendments.get(row.serial) ?? [];
        if (rows.some((other) => other.revision === revision))
          throw uniqueViolation("amendments_pkey", `${row.serial}/${revision}`);
        s.touch(`am ${revision}`, "amendments", `${ns}/${row.serial}/${revision}`);
        s.effect(() => amendments.set(row.serial, [...(amendments.get(row.serial) ?? []), row]));
      },
    ];
  });
}

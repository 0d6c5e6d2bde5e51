import { intArrayLiteral } from "@switchyard/postgres";
import type { Client } from "pg";
import type { LiveAttempt } from "../domain/core/model.js";
import type { EndRecord, ReportWrite } from "../domain/core/writes.js";
import { amendParts } from "./amend-parts.js";
import { type Part, writeFenced } from "./fenced-statement.js";
import { eventsPart, type NumberedEvents } from "./numbered-events.js";
import {
  deleteFromBucketsPart,
  deletePart,
  jobBuckets,
  jobKeys,
  openInsertPart,
  openUpdatePart,
  releasePart,
} from "./open-parts.js";
import { outcomePart } from "./outcome-part.js";
import { requestPart } from "./request-rows.js";
import type { Term } from "./term.js";

/** Stores ends, starts, cancel requests and all other changes of existing jobs of one flush in one statement. */
export async function writeReports(
  client: Client,
  term: Term,
  writes: readonly ReportWrite[],
  events: NumberedEvents,
): Promise<void> {
  const ends = writes.flatMap((write) => write.ends);
  const attemptEnds = ends.filter((end) => end.attempt);
  const goingOn = ends.filter((end) => !end.final);
  const deletes = writes
    .flatMap((write) => write.deletes)
    .map(({ space, bucket, serial }) => ({ ns: space.id, bucket, serial }));
  const dismissals = writes.flatMap((write) => write.dismissals).map(({ space, serial }) => ({ ns: space.id, serial }));
  const reopens = writes.flatMap((write) => write.reopens);
  await writeFenced(client, term, "report", [
    ...eventsPart(term, events),
    ...deletePart(
      "ld",
      "leases",
      attemptEnds.map(({ job }) => ({ ns: job.space.id, serial: job.serial })),
    ),
    ...deletePart(
      "od",
      "open",
      ends.filter(({ final }) => final).map(({ job }) => ({ ns: job.space.id, serial: job.serial })),
    ),
    // `readyAt` and rank of the job change when the end is committed; the row must say them now.
    ...openUpdatePart(
      "ou",
      goingOn.map(({ job, readyAt, rank }) => ({ ...job, readyAt, rank })),
      goingOn.map(({ job }) => job),
    ),
    ...releasePart(writes.flatMap((write) => write.releases)),
    ...markPart(markedAttempts(writes, attemptEnds)),
    ...outcomePart(ends),
    ...deadLetterPart(ends),
    ...amendParts(writes.flatMap((write) => write.amends)),
    ...openInsertPart(reopens),
    ...requestPart(writes.flatMap((write) => write.requests)),
    ...deletePart(
      "rd",
      "dead_letters",
      reopens.map(({ space, serial }) => ({ ns: space.id, serial })),
    ),
    ...["jobs", "outcomes", "amendments"].flatMap((table) => deleteFromBucketsPart(`x_${table}`, table, deletes)),
    ...["open", "leases", "dead_letters"].flatMap((table) => deletePart(`x_${table}`, table, deletes)),
    ...serialFloorPart(deletes),
    ...dismissPart(dismissals),
  ]);
}

/** Attempts whose lease row changes and stays: a row can't be changed and deleted by one statement. */
function markedAttempts(writes: readonly ReportWrite[], attemptEnds: readonly EndRecord[]): LiveAttempt[] {
  // All columns that can change are written: two parts of a statement must not change the same row.
  const marked = new Set(
    writes.flatMap(({ starts, cancelRequests, renewals }) => [...starts, ...cancelRequests, ...renewals]),
  );
  if (marked.size === 0) return [];
  for (const { attempt } of attemptEnds) if (attempt) marked.delete(attempt);
  for (const { deletes } of writes) for (const { job } of deletes) if (job?.live) marked.delete(job.live);
  return [...marked];
}

function markPart(marked: readonly LiveAttempt[]): Part[] {
  if (marked.length === 0) return [];
  return [
    {
      name: "lm",
      sql: ([n, j, s, u, a, m]) =>
        `update scheduler.leases set started_ms = nullif(s, 0), lease_until_ms = u, cancel_actor = a, cancel_message = m
         from unnest(${n}::int[], ${j}::bigint[], ${s}::bigint[], ${u}::bigint[], ${a}::text[], ${m}::text[]) t(n, j, s, u, a, m)
         where ns = n and serial = j and (select ok from f)`,
      values: [
        ...jobKeys(marked.map(({ job }) => job)),
        intArrayLiteral(marked.map(({ startedAt }) => Math.floor(startedAt))),
        intArrayLiteral(marked.map(({ storedUntil }) => Math.floor(storedUntil))),
        marked.map(({ cancelRequested }) => cancelRequested?.actor ?? null),
        marked.map(({ cancelRequested }) => cancelRequested?.message ?? null),
      ],
    },
  ];
}

/** Failed and timed out jobs of queues that keep them listed. */
function deadLetterPart(ends: readonly EndRecord[]): Part[] {
  const dead = ends.filter(
    ({ job, final }) =>
      (final?.state === "FAILED" || final?.state === "TIMED_OUT") && job.shape.site.queue.settings.keepDeadLetters,
  );
  if (dead.length === 0) return [];
  return [
    {
      name: "dl",
      sql: ([n, j, q, t, b]) =>
        `insert into scheduler.dead_letters (ns, serial, queue, ended_ms, bucket)
         select * from unnest(${n}::int[], ${j}::bigint[], ${q}::text[], ${t}::bigint[], ${b}::int[]) where (select ok from f)
         on conflict (ns, serial) do update set ended_ms = excluded.ended_ms, dismissed = false`,
      values: [
        ...jobKeys(dead.map(({ job }) => job)),
        dead.map(({ job }) => job.shape.queue),
        intArrayLiteral(dead.map(({ at }) => Math.floor(at))),
        jobBuckets(dead.map(({ job }) => job)),
      ],
    },
  ];
}

/** The number of a deleted job is not given out again, also when it was the last one. */
function serialFloorPart(deletes: readonly { readonly ns: number; readonly serial: number }[]): Part[] {
  const floors = new Map<number, number>();
  for (const { ns, serial } of deletes) floors.set(ns, Math.max(serial, floors.get(ns) ?? 0));
  if (floors.size === 0) return [];
  return [
    {
      name: "sf",
      sql: ([n, j]) =>
        `update scheduler.namespaces set serial_floor = j from unnest(${n}::int[], ${j}::bigint[]) t(n, j)
         where id = n and serial_floor < j and (select ok from f)`,
      values: [intArrayLiteral([...floors.keys()]), intArrayLiteral([...floors.values()])],
    },
  ];
}

function dismissPart(jobs: readonly { readonly ns: number; readonly serial: number }[]): Part[] {
  if (jobs.length === 0) return [];
  return [
    {
      name: "di",
      sql: ([n, j]) =>
        `update scheduler.dead_letters set dismissed = true from unnest(${n}::int[], ${j}::bigint[]) t(n, j)
         where ns = n and serial = j and (select ok from f)`,
      values: [intArrayLiteral(jobs.map(({ ns }) => ns)), intArrayLiteral(jobs.map(({ serial }) => serial))],
    },
  ];
}

import { intArrayLiteral } from "@switchyard/postgres";
import type { Client } from "pg";
import type { OpenJob } from "../domain/core/model.js";
import type { SubmitWrite } from "../domain/core/writes.js";
import { amendParts } from "./amend-parts.js";
import { storedType } from "./content-type.js";
import { packPlace } from "./decision-columns.js";
import { type Part, writeFenced } from "./fenced-statement.js";
import { bytes, type Column, insertPart, ints, type RowColumn, rows, values } from "./insert-part.js";
import { leasePart } from "./lease-rows.js";
import { eventsPart, type NumberedEvents } from "./numbered-events.js";
import { openInsertPart } from "./open-parts.js";
import { requestPart } from "./request-rows.js";
import { tickPart } from "./schedule-ticks.js";
import type { Term } from "./term.js";

/** Stores new jobs, the leases of those that a runner was waiting for, and how far the schedules are that made them, in one statement. */
export async function writeSubmits(
  client: Client,
  term: Term,
  writes: readonly SubmitWrite[],
  events: NumberedEvents,
): Promise<void> {
  const jobs = writes.flatMap((write) => write.jobs);
  await writeFenced(client, term, "submit", [
    ...tickPart(writes),
    ...eventsPart(term, events),
    ...shapePart(writes),
    ...markPart(writes),
    ...requestPart(writes.flatMap((write) => write.requests)),
    ...openInsertPart(jobs.map(({ job }) => job)),
    ...jobPart(jobs),
    ...leasePart(writes.flatMap((write) => write.attempts)),
    ...amendParts(writes.flatMap((write) => write.amends)),
  ]);
}

function shapePart(writes: readonly SubmitWrite[]): Part[] {
  const shapes = writes.flatMap((write) => write.shapes);
  if (shapes.length === 0) return [];
  return [
    {
      name: "s",
      sql: ([n, s, q, r, l, p]) =>
        `insert into scheduler.shapes (ns, shape, queue, required, lane_labels, policy)
         select * from unnest(${n}::int[], ${s}::int[], ${q}::text[], ${r}::jsonb[], ${l}::jsonb[], ${p}::jsonb[]) where (select ok from f)`,
      values: [
        intArrayLiteral(shapes.map(({ space }) => space.id)),
        intArrayLiteral(shapes.map(({ shape }) => shape.id)),
        shapes.map(({ shape }) => shape.queue),
        shapes.map(({ shape }) => JSON.stringify(shape.requiredLabels)),
        shapes.map(({ shape }) => JSON.stringify(shape.laneLabels)),
        shapes.map(({ shape }) => JSON.stringify(shape.policy)),
      ],
    },
  ];
}

/** Several writes carry the same mark until one of them is committed. */
function markPart(writes: readonly SubmitWrite[]): Part[] {
  const marks = writes.flatMap((write) => write.marks);
  if (marks.length === 0) return [];
  return [
    {
      name: "m",
      sql: ([n, b, s]) =>
        `insert into scheduler.serial_marks (ns, bucket, first_serial)
         select * from unnest(${n}::int[], ${b}::int[], ${s}::bigint[]) where (select ok from f) on conflict do nothing`,
      values: [
        intArrayLiteral(marks.map(({ space }) => space.id)),
        intArrayLiteral(marks.map(({ mark }) => mark.bucket)),
        intArrayLiteral(marks.map(({ mark }) => mark.firstSerial)),
      ],
    },
  ];
}

/** Most jobs have neither place, key nor predecessor; their rows are written without. */
function jobPart(jobs: SubmitWrite["jobs"]): Part[] {
  if (jobs.length === 0) return [];
  const number = (name: string, type: "int" | "bigint", of: (job: OpenJob) => number) => {
    const numbers = jobs.map(({ job }) => of(job));
    return ints(name, numbers, type);
  };
  const text = (name: string, of: (item: SubmitWrite["jobs"][number]) => string | null) =>
    values(name, "text", jobs.map(of));
  const columns: [RowColumn, ...Column[]] = [
    rows(
      "serial",
      jobs.map(({ job }) => job.serial),
    ),
    number("ns", "int", ({ space }) => space.id),
    number("bucket", "int", ({ bucket }) => bucket),
    number("shape", "int", ({ shape }) => shape.id),
    text("kind", ({ job }) => job.kind),
    text("subject", ({ body }) => body.subject),
    number("created_micros", "bigint", ({ createdMicros }) => createdMicros),
    bytes(
      "input",
      jobs.map(({ body }) => body.input),
    ),
    text("content_type", ({ body }) => storedType(body.contentType)),
    bytes(
      "extras",
      jobs.map(({ body }) => body.extras),
    ),
  ];
  const plain = jobs.every(
    ({ job, body }) =>
      job.reuseKey === "" && body.resumeFrom === 0 && job.rankClass === 0 && job.rank === 0 && job.weight === 0,
  );
  if (plain) return [insertPart("j", "jobs", columns)];
  const more = [
    values(
      "place",
      "bytea",
      jobs.map(({ job }) => packPlace(job)),
    ),
    text("reuse_key", ({ job }) => job.reuseKey || null),
    ints(
      "resume_from",
      jobs.map(({ body }) => body.resumeFrom || null),
      "bigint",
    ),
  ];
  return [insertPart("jx", "jobs", [...columns, ...more])];
}

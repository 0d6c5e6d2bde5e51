import { intArrayLiteral, packBytes } from "@switchyard/postgres";
import type { Client } from "pg";
import type { SubmitWrite } from "../domain/core/writes.js";
import { amendParts } from "./amend-parts.js";
import { packPlace } from "./decision-columns.js";
import { type Part, writeFenced } from "./fenced-statement.js";
import { leasePart } from "./lease-rows.js";
import { eventsPart, type NumberedEvents } from "./numbered-events.js";
import { jobKeys, openInsertPart } from "./open-parts.js";
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

/** Most jobs have neither place, key nor predecessor; their rows are written without. */
function jobPart(jobs: SubmitWrite["jobs"]): Part[] {
  if (jobs.length === 0) return [];
  const inputs = packBytes(jobs.map(({ body }) => body.input));
  const extras = packBytes(jobs.map(({ body }) => body.extras));
  const plain = jobs.every(
    ({ job, body }) =>
      job.reuseKey === "" && body.resumeFrom === 0 && job.rankClass === 0 && job.rank === 0 && job.weight === 0,
  );
  const values: unknown[] = [
    inputs.data,
    extras.data,
    ...jobKeys(jobs.map(({ job }) => job)),
    intArrayLiteral(jobs.map(({ job }) => job.shape.id)),
    jobs.map(({ job }) => job.kind),
    jobs.map(({ body }) => body.subject),
    intArrayLiteral(jobs.map(({ job }) => job.createdMicros)),
    inputs.offsets,
    inputs.lengths,
    jobs.map(({ body }) => body.contentType),
    extras.offsets,
    extras.lengths,
  ];
  if (!plain) {
    values.push(
      jobs.map(({ job }) => packPlace(job)),
      jobs.map(({ job }) => job.reuseKey || null),
      intArrayLiteral(jobs.map(({ body }) => body.resumeFrom)),
    );
  }
  const more = plain ? { columns: "", selected: "", arrays: "", names: "" } : undefined;
  return [
    {
      name: plain ? "j" : "jx",
      sql: (p) => {
        const {
          columns = ", place, reuse_key, resume_from",
          selected = ", pl, rk, nullif(rf, 0)",
          arrays = `, ${p[13]}::bytea[], ${p[14]}::text[], ${p[15]}::bigint[]`,
          names = ", pl, rk, rf",
        } = more ?? {};
        return `insert into scheduler.jobs (ns, serial, shape, kind, subject, created_micros, input, content_type, extras${columns})
          select n, j, s, k, b, t, substr(${p[0]}::bytea, io, il), c, substr(${p[1]}::bytea, xo, xl)${selected}
          from unnest(${p[2]}::int[], ${p[3]}::bigint[], ${p[4]}::int[], ${p[5]}::text[], ${p[6]}::text[], ${p[7]}::bigint[], ${p[8]}::int[],
            ${p[9]}::int[], ${p[10]}::text[], ${p[11]}::int[], ${p[12]}::int[]${arrays}) x(n, j, s, k, b, t, io, il, c, xo, xl${names})
          where (select ok from f)`;
      },
      values,
    },
  ];
}

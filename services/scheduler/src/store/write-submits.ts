import { defineStatement, intArrayLiteral, packBytes } from "@switchyard/postgres";
import type { Client } from "pg";
import type { SubmitWrite } from "../domain/core/writes.js";
import { decisionBytes, packDecision } from "./decision-columns.js";
import { eventValues, type NumberedEvents } from "./numbered-events.js";
import { leaseColumns, leaseValues } from "./lease-rows.js";
import type { Term } from "./term.js";

const statement = defineStatement(
  "scheduler-submit-2",
  `with f as materialized (select scheduler.fence($1, $2) as ok),
    e as (insert into scheduler.events (shard, first_sequence, n, at_ms, data)
      select $3, $4, $5, $6, $7 where $5::int > 0 and (select ok from f)),
    s as (insert into scheduler.shapes (ns, shape, queue, kind, required, policy)
      select * from unnest($8::int[], $9::int[], $10::text[], $11::text[], $12::jsonb[], $13::jsonb[]) where (select ok from f)),
    r as (insert into scheduler.requests (ns, request_key, fingerprint, first_serial, n, created_ms, day)
      select * from unnest($14::int[], $15::text[], $16::bytea[], $17::bigint[], $18::int[], $19::bigint[], $45::int[]) where (select ok from f)),
    m as (insert into scheduler.serial_marks (ns, bucket, first_serial)
      select * from unnest($46::int[], $47::int[], $48::bigint[]) where (select ok from f) on conflict do nothing),
    o as (insert into scheduler.open (ns, bucket, serial, decision)
      select ns, bucket, serial, substr($20::bytea, (i::int - 1) * ${decisionBytes} + 1, ${decisionBytes})
      from unnest($21::int[], $49::int[], $22::bigint[]) with ordinality t(ns, bucket, serial, i) where (select ok from f)),
    l as (insert into scheduler.leases (${leaseColumns})
      select * from unnest($32::int[], $33::bigint[], $34::int[], $35::text[], $36::bigint[], $37::bigint[], $38::bigint[], $39::bool[], $40::bigint[], $41::bigint[], $42::bytea[])
      where (select ok from f))
  insert into scheduler.jobs (ns, bucket, serial, shape, kind, subject, created_micros, input, content_type, extras)
  select ns, bucket, serial, shape, kind, subject, created_micros, substr($23::bytea, io, il), content_type, substr($24::bytea, xo, xl)
  from unnest($21::int[], $49::int[], $22::bigint[], $25::int[], $26::text[], $27::text[], $28::bigint[], $29::int[], $30::int[], $31::text[], $43::int[], $44::int[])
    t(ns, bucket, serial, shape, kind, subject, created_micros, io, il, content_type, xo, xl)
  where (select ok from f)`,
);

/** Stores new jobs, and the leases of those that a runner was waiting for, in one statement. */
export async function writeSubmits(
  client: Client,
  term: Term,
  writes: readonly SubmitWrite[],
  events: NumberedEvents,
): Promise<void> {
  const jobs = writes.flatMap((write) => write.jobs);
  const shapes = writes.flatMap((write) => write.shapes);
  const requests = writes.flatMap((write) => write.requests);
  const marks = writes.flatMap((write) => write.marks);
  const decisions = Buffer.allocUnsafe(jobs.length * decisionBytes);
  for (const [i, { job }] of jobs.entries()) packDecision(job, decisions, i * decisionBytes);
  const inputs = packBytes(jobs.map(({ body }) => body.input));
  const extras = packBytes(jobs.map(({ body }) => body.extras));
  await client.query({
    ...statement,
    values: [
      [term.shard],
      [term.epoch],
      ...eventValues(term, events),
      intArrayLiteral(shapes.map(({ space }) => space.id)),
      intArrayLiteral(shapes.map(({ shape }) => shape.id)),
      shapes.map(({ shape }) => shape.queue),
      shapes.map(({ shape }) => shape.kind),
      shapes.map(({ shape }) => JSON.stringify(shape.requiredLabels)),
      shapes.map(({ shape }) => JSON.stringify(shape.policy)),
      intArrayLiteral(requests.map(({ space }) => space.id)),
      requests.map(({ key }) => key),
      requests.map(({ fingerprint }) => (fingerprint ? Buffer.from(fingerprint) : null)),
      intArrayLiteral(requests.map(({ firstSerial }) => firstSerial)),
      intArrayLiteral(requests.map(({ count }) => count)),
      intArrayLiteral(requests.map(({ at }) => Math.floor(at))),
      decisions,
      intArrayLiteral(jobs.map(({ job }) => job.space.id)),
      intArrayLiteral(jobs.map(({ job }) => job.serial)),
      inputs.data,
      extras.data,
      intArrayLiteral(jobs.map(({ job }) => job.shape.id)),
      jobs.map(({ job }) => job.shape.kind),
      jobs.map(({ body }) => body.subject),
      intArrayLiteral(jobs.map(({ job }) => job.createdMicros)),
      inputs.offsets,
      inputs.lengths,
      jobs.map(({ body }) => body.contentType),
      ...leaseValues(writes.flatMap((write) => write.attempts)),
      extras.offsets,
      extras.lengths,
      intArrayLiteral(requests.map(({ day }) => day)),
      intArrayLiteral(marks.map(({ space }) => space.id)),
      intArrayLiteral(marks.map(({ mark }) => mark.bucket)),
      intArrayLiteral(marks.map(({ mark }) => mark.firstSerial)),
      intArrayLiteral(jobs.map(({ job }) => job.bucket)),
    ],
  });
}

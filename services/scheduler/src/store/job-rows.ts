import type { Pool } from "@switchyard/postgres";
import type { StoredEnd, StoredJob } from "../domain/reads/stored-job.js";
import { typeOfStored } from "./content-type.js";
import { unpackPlace } from "./decision-columns.js";

interface JobRow {
  readonly serial: number;
  readonly bucket: number;
  readonly shape: number;
  readonly kind: string;
  readonly subject: string;
  readonly created_micros: number;
  readonly input: Buffer | null;
  readonly content_type: string;
  readonly extras: Buffer | null;
  readonly place: Buffer | null;
  readonly revision: number;
  readonly reuse_key: string | null;
  readonly resume_from: number | null;
  readonly dismissed: boolean | null;
  readonly replaced_extras: Buffer | null;
  readonly is_replaced: boolean;
}

interface OutcomeRow {
  readonly serial: number;
  readonly reopen: number;
  readonly attempt: number;
  readonly state: StoredEnd["attemptState"] | null;
  readonly job_state: StoredEnd["jobState"] | null;
  readonly reason: StoredEnd["reason"] | null;
  readonly message: string;
  readonly actor: string;
  readonly kind: StoredEnd["kind"] | null;
  readonly ended_by: string;
  readonly runner: string;
  readonly claimed_ms: number;
  readonly started_ms: number;
  readonly ended_ms: number;
  readonly retryable: boolean;
  readonly claim_info: Buffer | null;
  readonly result: Buffer | null;
  readonly result_type: string;
  readonly facts: string;
  readonly progress: string;
}

const jobColumns = (payloads: boolean) =>
  `j.serial, j.bucket, j.shape, j.kind, j.created_micros, j.reuse_key, j.resume_from, d.dismissed,
   coalesce(p.place, j.place) as place, coalesce(p.revision, 1) as revision,
   j.subject, j.extras, c.extras as replaced_extras, c.serial is not null as is_replaced,
   ${payloads ? "case when c.serial is null then j.input else c.input end" : "null::bytea"} as input,
   case when c.serial is null then j.content_type else c.content_type end as content_type`;

/** A job with the newest amendment of its place (p) and of its content (c). */
const jobTables = `scheduler.jobs j
  left join lateral (
    select place, revision from scheduler.amendments a where a.ns = j.ns and a.bucket = any($2) and a.bucket = j.bucket and a.serial = j.serial
    order by revision desc limit 1) p on true
  left join lateral (
    select serial, input, content_type, extras from scheduler.amendments a
    where a.ns = j.ns and a.bucket = any($2) and a.bucket = j.bucket and a.serial = j.serial and a.replaces order by revision desc limit 1) c on true
  left join scheduler.dead_letters d on d.ns = j.ns and d.serial = j.serial`;

const outcomeColumns = (payloads: boolean) =>
  `serial, reopen, attempt, final, state, job_state, reason, message, actor, kind, ended_by, runner, claimed_ms, started_ms, ended_ms,
   retryable, claim_info, ${payloads ? "result" : "null::bytea as result"}, result_type, facts, progress`;

/**
 * Of the rows of a statement about the jobs `$3`, those of the first jobs whose payloads together have less than `$4` bytes, and of the one that
 * reaches it: a job is there whole or not at all. The server leaves out the rest without reading it, since a length is known beside its value.
 */
const firstBytes = (rows: string, payload: string) =>
  `select * from (
     select r.*, sum(octet_length(${payload})) over (
       order by array_position($3::bigint[], serial) groups between unbounded preceding and 1 preceding) as bytes_before
     from (${rows}) r) s
   where coalesce(bytes_before, 0) < $4`;

/**
 * Jobs by their numbers; those that are not there are left out. Inputs only with `payloads`. `buckets` says where they may lie.
 *
 * @param maxBytes jobs behind this many bytes of inputs, in the order of the serials, are left out too
 *
 * Not a named statement: the plan of one is kept and names every partition, which at 250 of them costs the server 1.1 ms a call, where a plan
 * for these buckets costs 0.2.
 */
export async function readJobs(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  serials: readonly number[],
  payloads: boolean,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<StoredJob[]> {
  const all = `select ${jobColumns(payloads)} from ${jobTables} where j.ns = $1 and j.bucket = any($2) and j.serial = any($3)`;
  const { rows } = Number.isFinite(maxBytes)
    ? await pool.query<JobRow>(firstBytes(all, "input"), [ns, buckets, serials, maxBytes])
    : await pool.query<JobRow>(all, [ns, buckets, serials]);
  return rows.map((row) => ({
    serial: row.serial,
    bucket: row.bucket,
    shapeId: row.shape,
    kind: row.kind,
    subject: row.subject,
    createdMicros: row.created_micros,
    input: row.input ?? undefined,
    contentType: typeOfStored(row.content_type),
    extras: row.extras ?? undefined,
    replaced: row.is_replaced ? { extras: row.replaced_extras ?? undefined } : undefined,
    ...unpackPlace(row.place),
    revision: row.revision,
    reuseKey: row.reuse_key ?? "",
    resumeFrom: row.resume_from ?? 0,
    isDeadLetter: row.dismissed === false,
    dismissed: row.dismissed ?? false,
  }));
}

/**
 * All ends of the jobs, in the order in which they happened. Results only with `payloads`. `buckets` says where they may lie.
 *
 * @param maxBytes ends of jobs behind this many bytes of results, in the order of the serials, are left out
 */
export async function readEnds(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  serials: readonly number[],
  payloads: boolean,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<StoredEnd[]> {
  const all = `select ${outcomeColumns(payloads)} from scheduler.outcomes where ns = $1 and bucket = any($2) and serial = any($3)`;
  const order = "order by serial, reopen, attempt, final";
  const { rows } = Number.isFinite(maxBytes)
    ? await pool.query<OutcomeRow>(`${firstBytes(all, "result")} ${order}`, [ns, buckets, serials, maxBytes])
    : await pool.query<OutcomeRow>(`${all} ${order}`, [ns, buckets, serials]);
  return rows.map(endFromRow);
}

/** Names each field: a literal that begins with a spread and has other names behind it takes Node 20 up to 40 microseconds, this one half of one; a page reads hundreds. */
function endFromRow(row: OutcomeRow): StoredEnd {
  const { serial, reopen, attempt, message, actor, retryable, facts, progress } = row;
  return {
    serial,
    reopen,
    attempt,
    message,
    actor,
    retryable,
    facts,
    progress,
    attemptState: row.state ?? undefined,
    jobState: row.job_state ?? undefined,
    reason: row.reason ?? "",
    kind: row.kind ?? undefined,
    endedBy: row.ended_by,
    runnerId: row.runner,
    claimedAt: row.claimed_ms,
    startedAt: row.started_ms,
    endedAt: row.ended_ms,
    claimInfo: row.claim_info ?? undefined,
    result: row.result ?? undefined,
    resultType: typeOfStored(row.result_type),
  };
}

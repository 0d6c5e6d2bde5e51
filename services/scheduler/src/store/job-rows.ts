import type { Pool } from "@switchyard/postgres";
import type { StoredEnd, StoredJob } from "../domain/reads/stored-job.js";

interface JobRow {
  readonly serial: number;
  readonly shape: number;
  readonly subject: string;
  readonly created_micros: number;
  readonly input: Buffer | null;
  readonly content_type: string;
  readonly extras: Buffer | null;
}

interface OutcomeRow {
  readonly serial: number;
  readonly reopen: number;
  readonly attempt: number;
  readonly state: StoredEnd["attemptState"] | null;
  readonly job_state: StoredEnd["jobState"] | null;
  readonly reason: StoredEnd["reason"];
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
  `serial, shape, subject, created_micros, ${payloads ? "input" : "null::bytea as input"}, content_type, extras`;

const outcomeColumns = (payloads: boolean) =>
  `serial, reopen, attempt, state, job_state, reason, message, actor, kind, ended_by, runner, claimed_ms, started_ms, ended_ms,
   retryable, claim_info, ${payloads ? "result" : "null::bytea as result"}, result_type, facts, progress`;

/**
 * Jobs by their numbers; those that are not there are left out. Inputs only with `payloads`. `buckets` says where they may lie.
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
): Promise<StoredJob[]> {
  const { rows } = await pool.query<JobRow>(
    `select ${jobColumns(payloads)} from scheduler.jobs where ns = $1 and bucket = any($2) and serial = any($3)`,
    [ns, buckets, serials],
  );
  return rows.map(({ serial, shape, subject, created_micros, input, content_type, extras }) => ({
    serial,
    shapeId: shape,
    subject,
    createdMicros: created_micros,
    input: input ?? undefined,
    contentType: content_type,
    extras: extras ?? undefined,
  }));
}

/** All ends of the jobs, in the order in which they happened. Results only with `payloads`. `buckets` says where they may lie. */
export async function readEnds(
  pool: Pool,
  ns: number,
  buckets: readonly number[],
  serials: readonly number[],
  payloads: boolean,
): Promise<StoredEnd[]> {
  const { rows } = await pool.query<OutcomeRow>(
    `select ${outcomeColumns(payloads)} from scheduler.outcomes where ns = $1 and bucket = any($2) and serial = any($3)
     order by serial, reopen, attempt, final`,
    [ns, buckets, serials],
  );
  return rows.map(endFromRow);
}

function endFromRow(row: OutcomeRow): StoredEnd {
  const { serial, reopen, attempt, reason, message, actor, retryable, facts, progress } = row;
  return {
    ...{ serial, reopen, attempt, reason, message, actor, retryable, facts, progress },
    attemptState: row.state ?? undefined,
    jobState: row.job_state ?? undefined,
    kind: row.kind ?? undefined,
    endedBy: row.ended_by,
    runnerId: row.runner,
    claimedAt: row.claimed_ms,
    startedAt: row.started_ms,
    endedAt: row.ended_ms,
    claimInfo: row.claim_info ?? undefined,
    result: row.result ?? undefined,
    resultType: row.result_type,
  };
}

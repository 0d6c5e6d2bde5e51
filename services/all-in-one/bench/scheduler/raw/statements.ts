import { defineStatement, intArrayLiteral, packBytes, type Pool } from "@switchyard/postgres";

/** What can run a statement: a pool, or the connection of a lane. */
type Connection = Pick<Pool, "query">;

/** A job on its way through the raw queue. */
export interface RawJob {
  readonly id: number;
  readonly input: Buffer;
  claimedMs: number;
}

/** The tables that the design needs at least, and nothing around them. */
export const tables = `
  create table job (id bigint primary key, kind text not null, created_ms bigint not null, input bytea not null);
  alter table job alter column input set storage external;
  create table open (id bigint primary key);
  create table lease (id bigint primary key, attempt int not null, runner text not null, claimed_ms bigint not null)
    with (fillfactor = 50);
  create table outcome (id bigint primary key, attempt int not null, state text not null, claimed_ms bigint not null,
    ended_ms bigint not null, result bytea);`;

const submit = defineStatement(
  "raw-submit",
  `with o as (insert into open (id) select * from unnest($1::bigint[]))
  insert into job (id, kind, created_ms, input)
  select id, 'bench.work', $2, substr($3::bytea, o, l) from unnest($1::bigint[], $4::int[], $5::int[]) t(id, o, l)`,
);
const claim = defineStatement(
  "raw-claim",
  `insert into lease (id, attempt, runner, claimed_ms) select id, 1, 'bench', $2 from unnest($1::bigint[]) t(id)`,
);
const finish = defineStatement(
  "raw-finish",
  `with l as (delete from lease where id = any($1::bigint[])), d as (delete from open where id = any($1::bigint[]))
  insert into outcome (id, attempt, state, claimed_ms, ended_ms, result)
  select id, 1, 'SUCCEEDED', claimed, $3, substr($4::bytea, o, l)
  from unnest($1::bigint[], $2::bigint[], $5::int[], $6::int[]) t(id, claimed, o, l)`,
);
const result = Buffer.from(JSON.stringify({ ok: true, text: "done" }));

/** Stores new jobs. */
export async function submitJobs(on: Connection, jobs: readonly RawJob[]): Promise<void> {
  const { data, offsets, lengths } = packBytes(jobs.map(({ input }) => input));
  await on.query({ ...submit, values: [ids(jobs), Date.now(), data, offsets, lengths] });
}

/** Stores leases. */
export async function claimJobs(on: Connection, jobs: readonly RawJob[]): Promise<void> {
  const at = Date.now();
  for (const job of jobs) job.claimedMs = at;
  await on.query({ ...claim, values: [ids(jobs), at] });
}

/** Stores ends with a result each. */
export async function finishJobs(on: Connection, jobs: readonly RawJob[]): Promise<void> {
  const { data, offsets, lengths } = packBytes(jobs.map(() => result));
  const claimed = intArrayLiteral(jobs.map(({ claimedMs }) => claimedMs));
  await on.query({ ...finish, values: [ids(jobs), claimed, Date.now(), data, offsets, lengths] });
}

function ids(jobs: readonly RawJob[]): string {
  return intArrayLiteral(jobs.map(({ id }) => id));
}

import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { CancelMode, type JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { Client } from "@connectrpc/connect";
import { jsonPayload } from "@switchyard/client";
import type { Pool } from "@switchyard/postgres";
import { type End, kinds, namespace } from "./vocabulary.js";

/** Clients of a scheduler. */
export interface SchedulerApi {
  readonly jobs: Client<typeof JobService>;
  readonly dispatch: Client<typeof DispatchService>;
}

/** Events of the jobs that ended in one way, as their rows have them: text of JSON, one for each flush. */
export type PatternEvents = ReadonlyMap<string, readonly string[]>;

/** What a job of the bench is submitted with; what is filled in has the same form. */
export function specOf(kind: number, subject: string, text: string) {
  const { name, queue } = kinds[kind] as (typeof kinds)[number];
  return {
    queue,
    kind: name,
    subject,
    labels: { source: "bench", tier: "standard" },
    input: jsonPayload({ posting: subject, text }),
    policies: { maxAttempts: 3 },
  };
}

/** Takes one job from submit to an end, by the calls that users and runners make. */
export async function endJob(
  { jobs, dispatch }: SchedulerApi,
  kind: number,
  subject: string,
  end: End,
): Promise<string> {
  const items = [{ spec: specOf(kind, subject, "x".repeat(96)) }];
  const { jobs: submitted } = await jobs.submitJobs({ namespace, items });
  const jobId = submitted[0]?.jobId ?? "";
  if (end === "CANCELLED") {
    await jobs.cancelJobs({ namespace, jobIds: [jobId], mode: CancelMode.IMMEDIATE });
    return jobId;
  }
  const runnerId = "runner-0";
  const { leases } = await dispatch.claimJobs({ namespace, runnerId, jobId });
  const attempt = { jobId, by: { case: "attempt" as const, value: leases[0]?.attempt ?? 0 } };
  const outcome =
    end === "FAILED"
      ? { kind: Outcome_Kind.FAILED, message: "the page could not be read" }
      : { kind: Outcome_Kind.SUCCEEDED, result: jsonPayload({ ok: true, text: "y".repeat(128) }) };
  for (const report of [
    { case: "start" as const, value: {} },
    { case: "outcome" as const, value: outcome },
  ]) {
    const { results } = await dispatch.reportAttempts({ reports: [{ namespace, runnerId, attempt, report }] });
    if (results[0]?.reason) throw new Error(`a report was refused: ${results[0].message}`);
  }
  return jobId;
}

/**
 * Makes one job of each sort by a scheduler, and keeps their rows as patterns in the schema `volume_fill`: what is filled in is these rows with other numbers,
 * times and payloads, so that it has the form that the scheduler writes, whatever that is.
 *
 * @param stop stops the scheduler; what it still writes is waited for
 */
export async function makePatterns(pool: Pool, api: SchedulerApi, stop: () => Promise<void>): Promise<PatternEvents> {
  const makeKind = async (kind: number) => {
    for (const end of ["SUCCEEDED", "FAILED", "CANCELLED"] as const)
      await endJob(api, kind, `pattern-${kind}-${end}`, end);
    await api.jobs.submitJobs({ namespace, items: [{ spec: specOf(kind, `pattern-${kind}-OPEN`, "z") }] });
  };
  await Promise.all(kinds.map((_, kind) => makeKind(kind)));
  await stop();
  const kindNumber = "substring(j.kind from '[0-9]+$')::int as n";
  await pool.query(`
    drop schema if exists volume_fill cascade;
    create schema volume_fill;
    create table volume_fill.jobs as
      select ${kindNumber}, split_part(j.subject, '-', 3) as "end", j.* from scheduler.jobs j;
    create table volume_fill.open as
      select ${kindNumber}, o.* from scheduler.open o join scheduler.jobs j using (ns, bucket, serial);
    create table volume_fill.ends as
      select ${kindNumber}, split_part(j.subject, '-', 3) as "end", o.*
      from scheduler.outcomes o join scheduler.jobs j using (ns, bucket, serial);
    analyze volume_fill.jobs, volume_fill.open, volume_fill.ends`);
  return readEvents(pool);
}

/** No two jobs share a run of events, since no two of a kind went the same step at one time. */
async function readEvents(pool: Pool): Promise<PatternEvents> {
  const { rows: jobs } = await pool.query<{ serial: number; n: number; end: string }>(
    `select serial, n, "end" from volume_fill.jobs`,
  );
  const keys = new Map(jobs.map(({ serial, n, end }) => [serial, `${n} ${end}`]));
  const { rows } = await pool.query<{ data: Buffer }>("select data from scheduler.events order by first_sequence");
  const events = new Map<string, string[]>();
  for (const { data } of rows) {
    for (const run of JSON.parse(data.toString()) as { readonly j: readonly number[] }[]) {
      const key = keys.get(run.j[0] ?? 0) ?? "";
      events.set(key, [...(events.get(key) ?? []), JSON.stringify(run)]);
    }
  }
  return events;
}

/** Takes the patterns' own jobs away: an empty database in which the namespace and its shapes are known. */
export async function clearJobs(pool: Pool): Promise<void> {
  await pool.query(
    `truncate scheduler.jobs, scheduler.outcomes, scheduler.open, scheduler.leases, scheduler.events, scheduler.rollups, scheduler.rollup_cursors,
       scheduler.serial_marks, scheduler.requests, scheduler.amendments, scheduler.progress, scheduler.dead_letters`,
  );
  await pool.query("update scheduler.namespaces set serial_floor = 0");
}

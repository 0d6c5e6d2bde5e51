import type { LeaseRow, LiveAttempt, ReportWrite, StoredEnd } from "./rows.js";
import { uniqueViolation } from "./statement.js";
import { needPartition, type Part } from "./write-part.js";

/** As the real store keeps it; nothing here reports details, which are bytes. */
export function progressText({ progress }: LiveAttempt): string {
  return progress ? JSON.stringify(progress) : "";
}

/** New leases. */
export function leaseParts(attempts: readonly LiveAttempt[]): Part[] {
  return attempts.map((attempt): Part => {
    const { job, number, runner, claimedAt, startedAt, leaseMs, leaseUntil, holdByRunner, claimInfo } = attempt;
    const ns = job.space.id;
    const row: Omit<LeaseRow, "progress"> = {
      ns,
      serial: job.serial,
      attempt: number,
      runner: runner.id,
      claimed_ms: Math.floor(claimedAt),
      started_ms: Math.floor(startedAt),
      lease_ms: leaseMs,
      lease_until_ms: Math.floor(leaseUntil),
      hold_by_runner: holdByRunner,
      presence_ms: Math.floor(runner.presenceMs),
      execution_deadline_ms: Math.floor(attempt.executionDeadline),
      claim_info: claimInfo ? Buffer.from(claimInfo) : null,
      cancel_actor: null,
      cancel_message: null,
    };
    return (s) => s.insert("l", "leases", ns, s.tables.space(ns).leases, row.serial, row);
  });
}

/** Attempts whose row changes and stays. All columns that can change are written. */
export function markParts(writes: readonly ReportWrite[]): Part[] {
  const marked = new Set(writes.flatMap((w) => [...w.starts, ...w.cancelRequests, ...w.renewals]));
  for (const { ends, deletes } of writes) {
    for (const { attempt } of ends) if (attempt) marked.delete(attempt);
    for (const { job } of deletes) if (job?.live) marked.delete(job.live);
  }
  return [...marked].map(({ job, startedAt, storedUntil, cancelRequested }): Part => {
    const [ns, { serial }] = [job.space.id, job];
    const change = {
      started_ms: Math.floor(startedAt),
      lease_until_ms: Math.floor(storedUntil),
      cancel_actor: cancelRequested?.actor ?? null,
      cancel_message: cancelRequested?.message ?? null,
    };
    return (s) => {
      const { leases } = s.tables.space(ns);
      const row = leases.get(serial);
      if (!row) return;
      s.touch("lm", "leases", `${ns}/${serial}`);
      s.effect(() => leases.set(serial, { ...row, ...change }));
    };
  });
}

/** The end of an attempt, or of a job. */
export function outcomePart(end: ReportWrite["ends"][number]): Part {
  const { job, attempt, attemptState, outcome, endedBy, final, at } = end;
  const ns = job.space.id;
  const row: StoredEnd = {
    serial: job.serial,
    reopen: job.reopen,
    attempt: job.attempt,
    attemptState,
    jobState: final?.state,
    reason: final?.reason ?? "",
    message: final?.message ?? outcome?.message ?? "",
    actor: final?.actor ?? "",
    kind: outcome?.kind,
    endedBy,
    runnerId: attempt?.runner.id ?? "",
    claimedAt: Math.floor(attempt?.claimedAt ?? 0),
    startedAt: Math.floor(attempt?.startedAt ?? 0),
    endedAt: Math.floor(at),
    retryable: outcome?.retryable ?? false,
    claimInfo: attempt?.claimInfo,
    result: outcome?.result,
    resultType: outcome?.resultType ?? "",
    facts: outcome?.facts ?? "",
    progress: attempt ? progressText(attempt) : "",
  };
  const { bucket } = job;
  return (s) => {
    needPartition(s, "bucket", bucket);
    const { outcomes } = s.tables.space(ns);
    const rows = outcomes.get(row.serial) ?? [];
    const key = keyOf(row);
    if (rows.some((other) => keyOf(other) === key)) throw uniqueViolation("outcomes_pkey", key);
    s.touch("oc", "outcome", `${ns}/${key}`);
    s.effect(() => outcomes.set(row.serial, [...(outcomes.get(row.serial) ?? []), row]));
  };
}

function keyOf({ serial, attempt, reopen, jobState }: StoredEnd): string {
  return `${serial}/${attempt}/${reopen}/${jobState !== undefined}`;
}

import { ServerError, Statement, uniqueViolation } from "./statement.js";
import type {
  ClaimWrite,
  LeaseRow,
  LiveAttempt,
  NumberedEvents,
  OpenJob,
  ReportWrite,
  StoredEnd,
  SubmitWrite,
  Term,
} from "./rows.js";
import type { JobRow, StoredOpen, Tables } from "./tables.js";

/** A write whose rows were made when it was sent; what happens in memory afterwards does not change them. */
export type Prepared = (tables: Tables) => void;

type Part = (statement: Statement) => void;

/** New jobs, and what comes with them. */
export function prepareSubmits(term: Term, writes: readonly SubmitWrite[], events: NumberedEvents): Prepared {
  return together(term, [
    ...tickParts(writes),
    eventPart(term, events),
    ...writes.flatMap(({ shapes }) =>
      shapes.map(({ space: { id: ns }, shape }): Part => {
        const row = {
          id: shape.id,
          queue: shape.queue,
          requiredLabels: shape.requiredLabels,
          laneLabels: shape.laneLabels,
          policy: shape.policy,
        };
        return (s) => s.insert("s", "shapes", ns, s.tables.space(ns).shapes, shape.id, row);
      }),
    ),
    ...writes.flatMap(({ marks }) =>
      marks.map(({ space: { id: ns }, mark }): Part => {
        return (s) => {
          const { marks: rows } = s.tables.space(ns);
          s.effect(() => rows.has(mark.bucket) || rows.set(mark.bucket, mark.firstSerial));
        };
      }),
    ),
    ...requestParts(writes.flatMap(({ requests }) => requests)),
    ...openInsertParts(writes.flatMap(({ jobs }) => jobs.map(({ job }) => job))),
    ...writes.flatMap(({ jobs }) =>
      jobs.map(({ job, body }): Part => {
        const row: JobRow = {
          serial: job.serial,
          bucket: job.bucket,
          shapeId: job.shape.id,
          kind: job.kind,
          subject: body.subject,
          createdMicros: job.createdMicros,
          input: body.input,
          contentType: body.contentType,
          extras: body.extras,
          rankClass: job.rankClass,
          rank: job.rank,
          weight: job.weight,
          reuseKey: job.reuseKey,
          resumeFrom: body.resumeFrom,
        };
        const ns = job.space.id;
        return (s) => {
          needPartition(s, "bucket", row.bucket);
          s.insert("j", "jobs", ns, s.tables.space(ns).jobs, row.serial, row);
        };
      }),
    ),
    ...leaseParts(writes.flatMap(({ attempts }) => attempts)),
    ...amendParts(writes.flatMap(({ amends }) => amends)),
  ]);
}

/** New leases, and the levels that they spent from. */
export function prepareClaims(term: Term, writes: readonly ClaimWrite[], events: NumberedEvents): Prepared {
  const attempts = writes.flatMap((write) => write.attempts);
  return together(term, [
    eventPart(term, events),
    ...leaseParts(attempts),
    ...attempts.flatMap(({ job, seats }) =>
      seats.flatMap((key): Part[] => {
        if (key.sort !== "rate" || key.spec.ratePerSecond === undefined) return [];
        const level = { tokens: key.tokens, tokensAt: Math.ceil(key.tokensAt) };
        return [(s) => s.effect(() => s.tables.space(job.space.id).rateLevels.set(key.name, level))];
      }),
    ),
  ]);
}

/** Ends, starts and all other changes of existing jobs. */
export function prepareReports(term: Term, writes: readonly ReportWrite[], events: NumberedEvents): Prepared {
  const ends = writes.flatMap((write) => write.ends);
  const deletes = writes.flatMap((write) => write.deletes);
  const reopens = writes.flatMap((write) => write.reopens);
  return together(term, [
    eventPart(term, events),
    ...ends.flatMap(({ attempt, job }) => (attempt ? [deletion("ld", "leases", job.space.id, job.serial)] : [])),
    ...ends.flatMap(({ final, job }) => (final ? [deletion("od", "open", job.space.id, job.serial)] : [])),
    ...ends.flatMap(({ final, job, readyAt, rank }) =>
      final ? [] : [openUpdate("ou", job, decisionOf({ ...job, readyAt, rank }))],
    ),
    ...writes.flatMap(({ releases }) =>
      releases.map(({ job, parents, readyAt }) =>
        openUpdate("op", job, decisionOf({ ...job, readyAt }), extraOf({ ...job, parents })),
      ),
    ),
    ...markParts(writes),
    ...ends.map(outcomePart),
    ...ends.flatMap(({ job, final }): Part[] => {
      const isDead = final?.state === "FAILED" || final?.state === "TIMED_OUT";
      if (!isDead || !job.shape.site.queue.settings.keepDeadLetters) return [];
      const [ns, serial] = [job.space.id, job.serial];
      return [(s) => s.effect(() => s.tables.space(ns).deadLetters.set(serial, { dismissed: false }))];
    }),
    ...amendParts(writes.flatMap(({ amends }) => amends)),
    ...openInsertParts(reopens),
    ...requestParts(writes.flatMap(({ requests }) => requests)),
    ...reopens.map((job) => deletion("rd", "deadLetters", job.space.id, job.serial)),
    ...deletes.flatMap(({ space: { id: ns }, serial }): Part[] => [
      ...(["jobs", "outcomes", "amendments", "open", "leases", "deadLetters"] as const).map((table) =>
        deletion(`x_${table}`, table, ns, serial),
      ),
      (s) => {
        const space = s.tables.space(ns);
        s.effect(() => {
          space.serialFloor = Math.max(space.serialFloor, serial);
        });
      },
    ]),
    ...writes.flatMap(({ dismissals }) =>
      dismissals.map(({ space: { id: ns }, serial }): Part => {
        return (s) => {
          const { deadLetters } = s.tables.space(ns);
          if (deadLetters.has(serial)) s.effect(() => deadLetters.set(serial, { dismissed: true }));
        };
      }),
    ),
  ]);
}

/** The latest progress of live attempts; that of the others goes. */
export function prepareProgress(term: Term, attempts: readonly LiveAttempt[]): Prepared {
  return together(
    term,
    attempts.map((attempt): Part => {
      const { job, number } = attempt;
      const [ns, key] = [job.space.id, `${job.serial}/${number}`];
      const text = job.live === attempt ? progressText(attempt) : undefined;
      return (s) => {
        const { progress } = s.tables.space(ns);
        s.touch("p", "progress", `${ns}/${key}`);
        s.effect(() => (text === undefined ? progress.delete(key) : progress.set(key, text)));
      };
    }),
  );
}

/** As the real store keeps it; nothing here reports details, which are bytes. */
function progressText({ progress }: LiveAttempt): string {
  return progress ? JSON.stringify(progress) : "";
}

function together(term: Term, parts: readonly Part[]): Prepared {
  return (tables) => {
    const statement = new Statement(tables, term);
    for (const part of parts) part(statement);
    statement.commit();
  };
}

function needPartition({ tables }: Statement, of: string, number: number): void {
  if (tables.partitions.has(`${of} ${number}`)) return;
  throw new ServerError(`no partition of ${of} found for row ${number}`, "23514");
}

/** Event numbers per partition, as in the real tables. */
const eventsPerPartition = 4_194_304;

function eventPart(term: Term, { firstSequence: first, events }: NumberedEvents): Part {
  const rows = events.map(({ space, shape, ...event }, i) => ({
    ...event,
    sequence: first + i,
    ns: space.id,
    shapeId: shape.id,
  }));
  return (s) => {
    if (rows.length === 0) return;
    needPartition(s, "events", Math.floor(first / eventsPerPartition));
    const chunks = s.tables.shard(term.shard).events;
    if (chunks.some((chunk) => chunk.first === first)) throw uniqueViolation("events_pkey", String(first));
    s.effect(() => {
      // Flushes of different lanes commit in any order; chunks are kept in that of their numbers.
      let at = chunks.length;
      while (at > 0 && (chunks[at - 1] as { first: number }).first > first) at--;
      chunks.splice(at, 0, { first, n: rows.length, events: rows });
    });
  };
}

function tickParts(writes: readonly SubmitWrite[]): Part[] {
  return writes.flatMap(({ ticks = [] }) =>
    ticks.map(({ space: { id: ns }, name, fromMs, tickMs, serial }): Part => {
      return (s) => {
        const { schedules } = s.tables.space(ns);
        const row = schedules.get(name);
        if (row?.doneUntil !== fromMs || tickMs <= fromMs)
          throw new ServerError("a tick was dealt with before, or its schedule is not there", "SW002");
        s.touch("sc", "schedules", `${ns}/${name}`);
        s.effect(() => schedules.set(name, { ...row, doneUntil: tickMs, lastTick: tickMs, lastSerial: serial }));
      };
    }),
  );
}

function requestParts(requests: SubmitWrite["requests"]): Part[] {
  return requests.map(({ space: { id: ns }, key, fingerprint, serials, at, day }): Part => {
    const row = {
      day,
      ns,
      request_key: key,
      fingerprint: fingerprint ? Buffer.from(fingerprint) : null,
      serials: [...serials],
      n: serials.length,
      created_ms: Math.floor(at),
    };
    return (s) => {
      needPartition(s, "requests", day);
      const name = `${day}/${ns}/${key}`;
      s.touch("r", "requests", name);
      if (s.tables.requests.has(name)) throw uniqueViolation(`requests_${day}_pkey`, name);
      s.effect(() => s.tables.requests.set(name, row));
    };
  });
}

type Decided = Pick<OpenJob, "shape"> & Omit<StoredOpen["decision"], "shapeId">;

function decisionOf(job: Decided): StoredOpen["decision"] {
  const { rankClass, rank, weight, createdMicros, readyAt, reopen, attempt, revision } = job;
  const { counted, failures, lostBeforeStart, lostAfterStart, shape } = job;
  return {
    ...{ rankClass, rank, weight, createdMicros, readyAt, reopen, attempt, revision },
    ...{ counted, failures, lostBeforeStart, lostAfterStart, shapeId: shape.id },
  };
}

function extraOf({ traits, reuseKey, parents, reopened }: OpenJob): StoredOpen["extra"] {
  const { concurrencyKeys, rateKeys, fairnessKey } = traits;
  const isPlain = concurrencyKeys.length + rateKeys.length + parents.length === 0 && fairnessKey + reuseKey === "";
  if (isPlain && !reopened) return undefined;
  return { concurrencyKeys, rateKeys, fairnessKey, reuseKey, parents: [...parents], reopened };
}

function openInsertParts(jobs: readonly OpenJob[]): Part[] {
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

function openUpdate(part: string, job: OpenJob, decision: StoredOpen["decision"], extra?: StoredOpen["extra"]): Part {
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

function deletion(
  part: string,
  table: "leases" | "open" | "deadLetters" | "jobs" | "outcomes" | "amendments",
  ns: number,
  serial: number,
): Part {
  return (s) => {
    const rows = s.tables.space(ns)[table] as Map<number, unknown>;
    if (!rows.has(serial)) return;
    s.touch(part, table, `${ns}/${serial}`);
    s.effect(() => rows.delete(serial));
  };
}

function leaseParts(attempts: readonly LiveAttempt[]): Part[] {
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
function markParts(writes: readonly ReportWrite[]): Part[] {
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

function outcomePart(end: ReportWrite["ends"][number]): Part {
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

function amendParts(amends: SubmitWrite["amends"]): Part[] {
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

import { leaseParts, markParts, outcomePart, progressText } from "./attempt-parts.js";
import { eventPart, requestParts, tickParts } from "./flush-parts.js";
import { amendParts, decisionOf, extraOf, openInsertParts, openUpdate } from "./open-parts.js";
import type { ClaimWrite, LiveAttempt, NumberedEvents, ReportWrite, SubmitWrite, Term } from "./rows.js";
import { Statement } from "./statement.js";
import type { JobRow, Tables } from "./tables.js";
import { deletion, needPartition, type Part } from "./write-part.js";

/** A write whose rows were made when it was sent; what happens in memory afterwards does not change them. */
export type Prepared = (tables: Tables) => void;

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
        openUpdate("op", job, decisionOf({ ...job, readyAt }), extraOf({ ...job, storedParents: parents })),
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

function together(term: Term, parts: readonly Part[]): Prepared {
  return (tables) => {
    const statement = new Statement(tables, term);
    for (const part of parts) part(statement);
    statement.commit();
  };
}

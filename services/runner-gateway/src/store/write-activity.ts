import type { Queryable } from "./database.js";

/** What is to be added to the activity of one runner. */
export interface ActivityChange {
  readonly namespace: string;
  readonly runnerId: string;
  /** Unset: no sign of life. */
  readonly seenAtMs: number | undefined;
  /** Unset: stays. */
  readonly present: boolean | undefined;
  readonly completed: number;
  readonly failed: number;
}

/**
 * Adds the changes of many runners in one statement; runners that are not registered are passed over. Replicas write when it suits
 * them: whether a runner is present is the word of its latest call, not of the latest write.
 */
export async function writeActivity(db: Queryable, changes: readonly ActivityChange[]): Promise<void> {
  await db.query({
    name: "runner-gateway write-activity",
    text: `
      update runners.activity a
         set last_seen_at = greatest(a.last_seen_at, v.seen),
             present = case when v.seen < a.last_seen_at then a.present else coalesce(v.present, a.present) end,
             completed = a.completed + v.completed, failed = a.failed + v.failed
        from unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[], $5::int[], $6::int[])
          as v (namespace, runner_id, seen, present, completed, failed)
       where (a.namespace, a.runner_id) = (v.namespace, v.runner_id)`,
    values: [
      changes.map((change) => change.namespace),
      changes.map((change) => change.runnerId),
      changes.map(({ seenAtMs }) => (seenAtMs === undefined ? null : new Date(seenAtMs))),
      changes.map((change) => change.present ?? null),
      changes.map((change) => change.completed),
      changes.map((change) => change.failed),
    ],
  });
}

/** An attempt that was taken from a runner. */
export interface LostAttempt {
  readonly namespace: string;
  readonly runnerId: string;
  /** When, by the scheduler's clock. */
  readonly lostAtMs: number;
}

/**
 * Counts attempts that were lost. A loss is heard of several times and by several replicas; the time up to which losses
 * have been counted makes each count once.
 */
export async function countLost(db: Queryable, lost: readonly LostAttempt[]): Promise<void> {
  await db.query({
    name: "runner-gateway count-lost",
    text: `
      with held as (
        select a.namespace, a.runner_id, a.lost_until from runners.activity a
         where (a.namespace, a.runner_id) in (select * from unnest($1::text[], $2::text[]))
         order by 1, 2 for update
      ), fresh as (
        select h.namespace, h.runner_id, count(*) as n, max(v.at) as until
          from held h
          join unnest($1::text[], $2::text[], $3::timestamptz[]) as v (namespace, runner_id, at)
            on (v.namespace, v.runner_id) = (h.namespace, h.runner_id) and v.at > h.lost_until
         group by 1, 2
      )
      update runners.activity a set lost = a.lost + f.n, lost_until = f.until
        from fresh f where (a.namespace, a.runner_id) = (f.namespace, f.runner_id)`,
    values: [
      lost.map((attempt) => attempt.namespace),
      lost.map((attempt) => attempt.runnerId),
      lost.map((attempt) => new Date(attempt.lostAtMs)),
    ],
  });
}

import type { Pool } from "@switchyard/postgres";
import { familyFor } from "../../../../scheduler/src/domain/core/retention-bucket.js";
import { fillDay } from "./fill-day.js";
import { fillEvents } from "./fill-events.js";
import type { PatternEvents } from "./patterns.js";
import { type Amounts, planDays } from "./plan.js";

/** The bench's schedulers keep jobs for 30 days. */
export const retention = familyFor(30);
/** Events are kept for a week. */
const eventDays = 7;

/** What {@link fill} may be told. */
export interface FillOptions {
  /** First serial. Below it there is room for older days. */
  readonly firstSerial: number;
  /** Told of each step. */
  readonly say: (text: string) => void;
}

/**
 * Fills a database, which no scheduler has open, with jobs of the last ten days, as if a scheduler had written them: jobs, ends, open rows, marks, sums, and the
 * events of the last week.
 */
export async function fill(pool: Pool, patterns: PatternEvents, amounts: Amounts, options: FillOptions): Promise<void> {
  const { say, firstSerial } = options;
  const plans = planDays(amounts, retention, Date.now(), firstSerial);
  for (const plan of plans) {
    say(`bucket ${plan.bucket}: ${plan.finished} finished, ${plan.waiting} waiting`);
    await fillDay(pool, plan);
  }
  say("events");
  const next = await fillEvents(pool, patterns, plans.slice(-eventDays), 1);
  await pool.query(
    "insert into scheduler.rollup_cursors (shard, upto) values (0, $1) on conflict (shard) do update set upto = excluded.upto",
    [next - 1],
  );
  say("vacuum");
  await pool.query("vacuum (analyze)");
}

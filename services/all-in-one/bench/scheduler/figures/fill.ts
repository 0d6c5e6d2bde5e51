import type { Contender } from "../contenders/contender.js";
import type { JobShape } from "../driver/queue.js";

/** Submits jobs until so many are open. */
export async function fillTo({ submitter }: Contender, open: number, shape?: JobShape): Promise<void> {
  const missing = open - (await submitter.openJobs());
  const whole = Math.floor(missing / 1_000);
  const rest = missing - whole * 1_000;
  const more = shape === undefined ? {} : { shape };
  if (whole > 0) await submitter.submit({ callers: 4, size: 1_000, jobs: whole * 1_000, ...more });
  if (rest > 0) await submitter.submit({ callers: 1, size: rest, jobs: rest, ...more });
}

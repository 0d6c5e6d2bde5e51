import { admit, type JobRequest } from "../core/admit.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { doneUntil, type Schedule } from "./schedule.js";

/** Makes the job of one tick (ms) from a stored spec. @throws SwitchyardError when the spec is refused. */
export type TickRequest = (spec: Uint8Array, schedule: string, tick: number) => JobRequest;

/** Most jobs and bytes of one write: a catch-up goes in steps, so that submits of clients get in between. */
const maxTicksPerWrite = 100;
const maxBytesPerWrite = 1024 * 1024;

/** How many ticks of a spec go into one write. */
export function ticksPerWrite(spec: Uint8Array): number {
  return Math.max(1, Math.min(maxTicksPerWrite, Math.floor(maxBytesPerWrite / (spec.byteLength + 1))));
}

/**
 * Submits the jobs of ticks, on the path of every other submit, and lets the schedule go on to the last of them.
 *
 * Why a crash makes no tick twice and loses none: jobs and progress are one statement behind the fence, so the next owner, which loads the schedules
 * after its take-over, finds both or neither. An order of two statements would need a memory of what was made for as long as an outage may
 * last, which request ids don't have. The statement also compares the progress before it changes it (`advance_schedules`), so a mistake in memory ends the
 * term instead of making a tick twice.
 */
export async function makeTicks(
  term: ShardTerm,
  schedule: Schedule,
  ticks: readonly number[],
  request: TickRequest,
): Promise<void> {
  const { space, name, definition, stored } = schedule;
  // Whatever may be refused is refused before the first decision.
  const requests = ticks.map((tick) => request(definition.spec, name, tick));
  const { jobs, write } = admit(term.clock.now(), space, "", requests);
  const tickMs = ticks.at(-1) as number;
  const serial = jobs.at(-1)?.serial as number;
  write.ticks = [{ space, name, fromMs: stored.doneUntil, tickMs, serial }];
  await term.write(write);
  schedule.stored = { doneUntil: tickMs, lastTick: tickMs, lastSerial: serial };
  doneUntil(schedule, tickMs);
}

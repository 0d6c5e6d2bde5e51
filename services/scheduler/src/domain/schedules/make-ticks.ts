import { admit, type JobRequest } from "../core/admit.js";
import { checkItems } from "../core/check-items.js";
import type { Namespace } from "../core/namespace.js";
import type { SubmitWrite } from "../core/writes.js";
import { readEndedFacts } from "../reads/ended-facts.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { doneUntil, type Schedule } from "./schedule.js";

/** Makes the job of one tick (ms) from a stored spec. @throws SwitchyardError when the spec is refused. */
export type TickRequest = (spec: Uint8Array, space: Namespace, schedule: string, tick: number) => JobRequest;

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
  const requests = ticks.map((tick) => request(definition.spec, space, name, tick));
  const tickMs = ticks.at(-1) as number;
  const serial = await admitTicks(term, space, requests, (write, last) => {
    write.ticks = [{ space, name, fromMs: stored.doneUntil, tickMs, serial: last }];
  });
  schedule.stored = { doneUntil: tickMs, lastTick: tickMs, lastSerial: serial };
  doneUntil(schedule, tickMs);
}

/** Admits the jobs of ticks; `complete` adds to the write, before it is on its way. Returns the serial that stands for the last tick. */
async function admitTicks(
  term: ShardTerm,
  space: Namespace,
  requests: readonly JobRequest[],
  complete: (write: SubmitWrite, last: number) => void,
): Promise<number> {
  for (;;) {
    const { facts, close } = await readEndedFacts(term.store, space, requests);
    try {
      term.assertValid();
      checkItems(space, requests, facts());
      const decision = admit(term.clock.now(), space, "", requests, facts());
      if ("waitFor" in decision) {
        await term.write(decision.waitFor);
        continue;
      }
      const last = decision.admissions.at(-1)?.serial as number;
      complete(decision.write, last);
      await Promise.all([decision.write, ...decision.alsoWait].map((write) => term.write(write)));
      return last;
    } finally {
      close();
    }
  }
}

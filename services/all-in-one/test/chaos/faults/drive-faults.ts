import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosSystem } from "../chaos-system.js";
import type { Journal } from "../record/journal.js";
import type { FaultClass } from "./fault-plan.js";
import type { FaultRecord } from "./fault-record.js";
import { createInjector } from "./inject.js";

/** How faults follow each other. */
export interface DriveOptions {
  readonly faults: Iterable<FaultClass>;
  /** No fault begins after this, ms from now. Without, the faults end it. */
  readonly forMs?: number;
  /** Mean time between the end of a fault and the next one, ms. */
  readonly gapMs: number;
  readonly random: () => number;
}

/** One in so many faults does not wait for the one before to be over. */
const overlapShare = 0.25;

/** Lets faults happen, one after the other and some at a time, and notes them. Returns when all are over. */
export async function driveFaults(
  system: ChaosSystem,
  journal: Journal,
  options: DriveOptions,
): Promise<FaultRecord[]> {
  const { faults, forMs = Number.POSITIVE_INFINITY, gapMs, random } = options;
  const { clock } = system;
  const injector = createInjector(system, random);
  const records: FaultRecord[] = [];
  const running = new Set<Promise<void>>();
  const until = clock.now() + forMs;
  let failure: Error | undefined;
  for (const fault of faults) {
    await sleep(gapMs * (0.5 + random()));
    if (clock.now() >= until || failure !== undefined) break;
    const begun = clock.now();
    const happening = injector.begin(fault);
    if (happening === undefined) continue;
    const { target } = happening;
    journal.note({ type: "mark", text: `${fault}: ${target}` });
    const over = happening.over
      .then(() => {
        records.push({ fault, target, begun, over: clock.now() });
        journal.note({ type: "mark", text: `over: ${fault}: ${target}` });
      })
      .catch((error: unknown) => {
        failure ??= new Error(`${fault}: ${target} went wrong`, { cause: error });
      })
      .finally(() => running.delete(over));
    running.add(over);
    if (random() >= overlapShare) await Promise.all(running);
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure;
  return records;
}

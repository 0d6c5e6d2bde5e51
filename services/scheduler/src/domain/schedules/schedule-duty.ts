import type { Logger } from "pino";
import type { ShardTerm, TermDuty } from "../shard/shard-term.js";
import type { TickRequest } from "./make-ticks.js";
import { TermSchedules } from "./term-schedules.js";

/** Keeps the schedules of every term that this replica holds. */
export interface ScheduleDuty extends TermDuty {
  /** The schedules of a term that has been started. */
  of(term: ShardTerm): TermSchedules;
}

/** Options of {@link createScheduleDuty}. */
export interface ScheduleDutyOptions {
  readonly request: TickRequest;
  /** Ticks that are no later than this are made whatever the catch-up policy says, ms. Has to cover a change of owner. */
  readonly graceMs: number;
  readonly logger: Logger;
}

/** Creates the duty: loads the schedules of a shard when it is taken, and ticks them until the term ends. */
export function createScheduleDuty({ request, graceMs, logger }: ScheduleDutyOptions): ScheduleDuty {
  const byTerm = new WeakMap<ShardTerm, TermSchedules>();
  return {
    async start(term) {
      const schedules = new TermSchedules({ term, request, graceMs, logger });
      term.whenLost(() => schedules.end());
      byTerm.set(term, schedules);
      schedules.load(await term.store.loadSchedules(term.term.shard));
    },
    of(term) {
      const schedules = byTerm.get(term);
      if (!schedules) throw new Error("the schedules of this term have not been started");
      return schedules;
    },
  };
}

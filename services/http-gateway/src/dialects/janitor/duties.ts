import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@switchyard/service-kit";
import { createSingleDuty } from "../../core/single-duty.js";
import type { Duty } from "../../dialect.js";
import type { JanitorContext } from "./context.js";
import { endAbandonedMoves } from "./queue/rehost.js";
import { followEnds } from "./reactor/follow-ends.js";
import { watchRuns } from "./watchdog/watch-runs.js";

/** What the dialect does without being asked, by one gateway of all at a time. */
export function createDuties(context: JanitorContext, logger: Logger): Duty[] {
  const { core, config } = context;
  const duty = (name: string, run: (signal: AbortSignal) => Promise<void>) =>
    createSingleDuty({ core, namespace: config.namespace, name, logger, run });
  return [
    duty("reactor", (signal) => followEnds(context, logger, signal)),
    duty("watchdog", async (signal) => {
      while (!signal.aborted) {
        await watchRuns(context, logger);
        await endAbandonedMoves(context);
        await delay(config.watchdogIntervalMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }),
  ];
}

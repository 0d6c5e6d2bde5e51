import { it } from "vitest";
import { createSystemDatabase } from "../test-system.js";
import { rollThrough } from "./roll-through.js";
import { startSplitSystem } from "./split-system.js";

/** Submits a second. Every process is too much beside other tests, which restart a few: `npm run test:rolling` runs this alone. */
const rate = Number(process.env["ROLLING_RATE"] ?? 0);

it.runIf(rate > 0)(
  "while every process is restarted in turn, no call of a client fails and nothing is lost or done twice",
  async () => {
    const database = await createSystemDatabase();
    const system = await startSplitSystem(database, { MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "1" });
    try {
      console.info(await rollThrough(system, { processes: system.processes, rate, pauseMs: 2_000 }));
    } finally {
      await system.stop();
      await database.drop();
    }
  },
  600_000,
);

import { setTimeout } from "node:timers/promises";
import { controlsOf, type Figure, onlyOurs } from "./figure.js";

/** What it costs the database that nothing happens. */
export const idle: Figure = {
  name: "idle",
  values: [
    {
      ...{ key: "", title: "statements with 500 waiting runners and an empty queue", unit: "1/s", better: "lower" },
      bar: { against: "nothing", atLeast: 20, goal: 10 },
    },
  ],
  takesPart: onlyOurs,
  leaves: "much",
  async measure(contender, run) {
    await controlsOf(contender).client.wait(run.jobs(500, 10));
    // Until their first calls are held, and what was written about them is done.
    await setTimeout(run.seconds(15) * 1_000);
    const seconds = run.seconds(60);
    return { values: { "": (await run.server.countStatements(seconds)) / seconds } };
  },
};

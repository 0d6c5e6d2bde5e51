import { temporaryDirectory } from "@switchyard/testkit";
import { checkHistory, describeViolation } from "@switchyard/history";
import { expect, it } from "vitest";
import { runRound } from "./round.js";

// A slice of what `npm run test:chaos` does for hours: one fault of a few classes, in an installation of processes under a little load.
it("a few faults lose nothing and double nothing", { timeout: 300_000 }, async () => {
  const directory = await temporaryDirectory();
  const { faults, history, violations, acknowledged } = await runRound({
    ...{
      directory: directory.path,
      schedulers: 2,
      shards: 2,
      replicas: 1,
      runners: 1,
      rate: 40,
      seed: 3,
      standby: false,
    },
    faults: ["kill scheduler", "restart PostgreSQL", "cut a way", "pause scheduler"],
    gapMs: 500,
  });
  expect(violations.map(describeViolation), `see ${directory.path}`).toEqual([]);
  expect(faults).toHaveLength(4);
  expect(acknowledged).toBeGreaterThan(0);
  // The rules would see a job that is gone.
  const { end } = history;
  expect(end?.jobs.length).toBeGreaterThan(0);
  expect(checkHistory({ ...history, ...(end && { end: { ...end, jobs: end.jobs.slice(1) } }) })).not.toEqual([]);
  await directory.remove();
});

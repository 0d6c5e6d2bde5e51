import { setTimeout as sleep } from "node:timers/promises";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { expect, it } from "vitest";
import { createSystemDatabase } from "../test-system.js";
import { startRollingLoad } from "./rolling-load.js";
import { type SplitSystem, startSplitSystem } from "./split-system.js";

/** Submits a second. `npm run test:rolling` asks for more, and restarts every process; beside other tests it is one of each service. */
const rate = Number(process.env["ROLLING_RATE"] ?? 20);
const isLong = process.env["ROLLING_RATE"] !== undefined;
const pauseMs = isLong ? 2_000 : 500;

it("while process after process is restarted, no call of a client fails and nothing is lost or done twice", async () => {
  const database = await createSystemDatabase();
  const system = await startSplitSystem(database, { MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "1" });
  try {
    const load = await startRollingLoad(system, rate);
    try {
      const restarted = isLong ? system.processes : oneOfEach(system.processes);
      for (const process of restarted) {
        await sleep(pauseMs);
        await process.restart();
      }
      await sleep(pauseMs);
      const jobs = await load.finish();
      expect(load.failures).toEqual([]);
      expect(jobs.filter(({ state }) => state !== JobState.SUCCEEDED)).toEqual([]);
      expect(jobs.filter((job) => begunAttempts(job).length !== 1).map(begunAttempts)).toEqual([]);
      expect(jobs).toHaveLength(load.submitted.size);
      const twice = jobs.filter(({ id }) => load.executions.get(id)?.length !== 1);
      expect(twice.map((job) => ({ executed: load.executions.get(job.id), attempts: job.attempts.map(told) }))).toEqual(
        [],
      );
      expect(load.executions.size).toBe(load.submitted.size);
      const said = [...load.said.values()].sort();
      expect(load.followed.map((numbers) => numbers.length).sort()).toEqual(said);
      for (const numbers of load.followed) expect(numbers).toEqual(numbers.map((_, index) => index));
      const waits = [...load.submitted.values()].sort((a, b) => a - b);
      console.info(
        `${restarted.length} processes restarted under ${rate} jobs/s: ${jobs.length} jobs, each done once; ${said.length} tails of ${said[0]} lines and more, complete; longest submit ${Math.round(waits.at(-1) ?? 0)} ms`,
      );
    } finally {
      await load.close();
    }
  } finally {
    await system.stop();
    await database.drop();
  }
}, 600_000);

function oneOfEach(processes: SplitSystem["processes"]): SplitSystem["processes"] {
  return processes.filter(({ part }, at) => processes.findIndex((other) => other.part === part) === at);
}

/** Attempts but those that were given back untouched: by a gateway that left with leases which no runner had fetched yet. */
function begunAttempts({ attempts }: Job): readonly string[] {
  return attempts.filter(({ state }) => state !== AttemptState.RELEASED).map(({ state }) => AttemptState[state]);
}

function told({ number, state, outcome, claimTime, startTime, endTime }: Attempt) {
  const times = [claimTime, startTime, endTime].map((time) =>
    time === undefined ? "" : timestampDate(time).toISOString().slice(17),
  );
  return `${number} ${AttemptState[state]} ${outcome?.message ?? ""} ${times.join(" ")}`;
}

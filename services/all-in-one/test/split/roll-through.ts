import { setTimeout as sleep } from "node:timers/promises";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Attempt, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { expect } from "vitest";
import { startRollingLoad } from "./rolling-load.js";
import type { SplitProcess } from "./split-processes.js";
import type { SplitSystem } from "./split-system.js";

/** How {@link rollThrough} goes. */
export interface RollOptions {
  /** In this order, each once. */
  readonly processes: readonly SplitProcess[];
  /** Submits a second. */
  readonly rate: number;
  /** Between two restarts, in milliseconds. */
  readonly pauseMs: number;
}

/** Restarts processes of a system in use, one after the other, and expects that no client notices. Says what it was, in a line. */
export async function rollThrough(system: SplitSystem, { processes, rate, pauseMs }: RollOptions): Promise<string> {
  const load = await startRollingLoad(system, rate);
  try {
    for (const process of processes) {
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
    const times = [...load.submitted.values()].sort((a, b) => a - b);
    const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] as number);
    return `${processes.length} processes restarted under ${rate} jobs/s: ${jobs.length} jobs, each done once; ${said.length} tails of ${said[0]} lines and more, complete; submits p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} ms`;
  } finally {
    await load.close();
  }
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

import { setTimeout as sleep } from "node:timers/promises";
import type { SchedulerApi } from "../fill/patterns.js";
import { namespace } from "../fill/vocabulary.js";
import { claimOne, endOne, submitOne } from "./job-calls.js";
import { Samples } from "./samples.js";

/** What the calls of a load took. */
export interface LoadTimes {
  readonly submit: Samples;
  readonly claim: Samples;
  readonly end: Samples;
  /** Reads of a job that has ended, one for each ten jobs. */
  readonly read: Samples;
}

/** A load that goes on until it is stopped. */
export interface SteadyLoad {
  readonly times: LoadTimes;
  /** Stops and waits for the calls that are on their way. @throws what a call threw */
  stop(): Promise<LoadTimes>;
}

/** Times of no calls yet. */
export function noTimes(): LoadTimes {
  return { submit: new Samples(), claim: new Samples(), end: new Samples(), read: new Samples() };
}

/**
 * Submits so many jobs a second, and claims and ends as many; none waits for another, so a hold-up is seen by all that come meanwhile.
 *
 * @param times where the calls are noted, with those of an earlier load
 */
export function startSteadyLoad(api: SchedulerApi, perSecond: number, times = noTimes()): SteadyLoad {
  const onTheWay = new Set<Promise<void>>();
  let stopped = false;
  let failed: unknown;
  const begin = (call: Promise<void>) => {
    const settled = call
      .catch((error: unknown) => {
        failed ??= error;
      })
      .finally(() => onTheWay.delete(settled));
    onTheWay.add(settled);
  };
  const work = async (n: number) => {
    const lease = await times.claim.time(() => claimOne(api));
    await times.end.time(() => endOne(api, lease));
    const by = { case: "jobId" as const, value: lease.jobId };
    if (n % 10 === 0) await times.read.time(() => api.jobs.getJob({ namespace, by }));
  };
  const run = async () => {
    let next = performance.now();
    for (let n = 0; !stopped; n++) {
      await sleep(Math.max(0, next - performance.now()));
      begin(times.submit.time(() => submitOne(api)));
      begin(work(n));
      // Gaps vary by half, so that no timer beats with them.
      next += (1_000 / perSecond) * (0.5 + Math.random());
    }
  };
  const running = run();
  return {
    times,
    async stop() {
      stopped = true;
      await running;
      await Promise.all(onTheWay);
      if (failed !== undefined) throw failed instanceof Error ? failed : new Error(String(failed));
      return times;
    },
  };
}

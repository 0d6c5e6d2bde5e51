import type { Contender, CpuTimes } from "../contenders/contender.js";
import type { BenchServer } from "../database/bench-server.js";
import { type ProfileTo, profiling } from "./profiling.js";

/** What a figure measures with. */
export interface RunContext {
  readonly server: BenchServer;
  /** A number of jobs, scaled. At least `least`, so that the smallest scale still measures something. */
  jobs(full: number, least?: number): number;
  /** A duration in seconds, scaled. */
  seconds(full: number, least?: number): number;
  /** Does something, and tells the CPU time that every process used meanwhile. */
  timed<T>(contender: Contender, work: () => Promise<T>): Promise<{ readonly result: T; readonly cpu: CpuTimes }>;
}

/** What a figure measured of one contender in one round. */
export interface Measured {
  /** By the keys of the figure. */
  readonly values: Readonly<Record<string, number>>;
  /** CPU microseconds of one job, by process. */
  readonly cpu?: CpuTimes;
}

/** Makes the context of one measurement. */
export function createRunContext(server: BenchServer, scale: number, profileTo: ProfileTo | undefined): RunContext {
  return {
    server,
    jobs: (full, least = 20) => Math.max(least, Math.round(full * scale)),
    seconds: (full, least = 0.2) => Math.max(least, full * scale),
    async timed(contender, work) {
      const finishProfile = await profiling(contender, profileTo);
      const before = await contender.cpu();
      const result = await work();
      const after = await contender.cpu();
      await finishProfile();
      const cpu = Object.fromEntries(
        Object.entries(after).map(([name, micros]) => [name, micros - (before[name] ?? 0)]),
      );
      return { result, cpu };
    },
  };
}

/** CPU times of one of so many jobs; nothing when there was none. */
export function perJob(cpu: CpuTimes, jobs: number): CpuTimes {
  if (jobs === 0) return {};
  return Object.fromEntries(Object.entries(cpu).map(([name, micros]) => [name, micros / jobs]));
}

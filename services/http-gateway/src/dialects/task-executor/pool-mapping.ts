import type { Pool } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import type { ResponseShape } from "./config.js";
import { type WorkerStatus, workerStatusOf } from "./vocabulary.js";

/** A worker of the internal pool as callers see it. */
interface PoolWorker {
  readonly id: string;
  readonly status: WorkerStatus;
  readonly current_task: string | null;
}

/** The internal pool as callers see it; written with `writeJson`. */
export interface PoolStatus {
  readonly enabled: true;
  readonly running: boolean;
  /** Live workers. */
  readonly num_workers: number;
  readonly workers: readonly PoolWorker[] | ReadonlyMap<string, Omit<PoolWorker, "id">>;
}

/** Shows a pool. A pool's runners are those that are present, by id. */
export function poolStatus({ running, runners }: Pool, shape: ResponseShape): PoolStatus {
  const workers = runners.map(
    (runner): PoolWorker => ({
      id: runner.id,
      status: workerStatusOf(runner.state),
      current_task: runner.held.at(-1)?.jobId ?? null,
    }),
  );
  return {
    enabled: true,
    running,
    num_workers: workers.length,
    workers: shape === "documented" ? workers : new Map(workers.map(({ id, ...worker }) => [id, worker])),
  };
}

/** Whether a pool has as many workers as it was ordered to have. */
export function isReached({ running, size, runners }: Pool): boolean {
  return runners.length === (running ? size : 0);
}

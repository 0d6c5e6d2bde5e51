import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type TaskStatus, taskStatuses, type WorkerStatus, workerStatuses } from "./vocabulary.js";

/** The dialect's own metrics, under the names that its dashboards know. */
export interface TaskExecutorMetrics {
  /** The content type of `text`. */
  readonly contentType: string;
  /** Counts one answered request. `endpoint` is the route's template. */
  observe(request: { method: string; endpoint: string; status: number; seconds: number }): void;
  /** All series as text; the gauges are left out when the counts could not be read. */
  text(counts: Counts | undefined): Promise<string>;
}

/** What the gauges show. */
export interface Counts {
  readonly tasks: Readonly<Record<TaskStatus, number>>;
  readonly workers: Readonly<Record<WorkerStatus, number>>;
}

/** Makes the metrics of one gateway; all mounts of the dialect share them. */
export function createTaskExecutorMetrics(): TaskExecutorMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests that were answered.",
    labelNames: ["method", "endpoint", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request to its answer.",
    labelNames: ["method", "endpoint"],
    registers,
  });
  const tasks = new Gauge({ name: "task_queue_size", help: "Tasks by status.", labelNames: ["status"], registers });
  const workers = new Gauge({ name: "worker_count", help: "Workers by status.", labelNames: ["status"], registers });
  return {
    contentType: "text/plain; version=0.0.4",
    observe({ method, endpoint, status, seconds }) {
      requests.inc({ method, endpoint, status: String(status) });
      durations.observe({ method, endpoint }, seconds);
    },
    async text(counts) {
      tasks.reset();
      workers.reset();
      if (counts !== undefined) {
        for (const status of taskStatuses) tasks.set({ status }, counts.tasks[status]);
        for (const status of workerStatuses) workers.set({ status }, counts.workers[status]);
      }
      return registry.metrics();
    },
  };
}

import { accountName } from "../worker/accounts.js";
import { workerStatuses } from "../worker/worker-view.js";
import { count, listOf, nullable, nullableText } from "./common.js";

const timestamp = { type: "string", format: "date-time" };

/** Body of a worker's creation. */
export const createWorkerBody = {
  type: "object",
  required: ["name", "password"],
  properties: {
    name: { type: "string", pattern: accountName, description: "At most 255 bytes, without colon." },
    password: { type: "string", minLength: 1, maxLength: 1024 },
    link: { ...nullableText(4096), description: "Where people find the worker." },
  },
};

/** Path of a worker. */
export const workerParams = { type: "object", required: ["name"], properties: { name: { type: "string" } } };

/** What was done, or why not. */
export const message = { type: "object", properties: { message: { type: "string" } } };

/** The list of workers. */
export const workerList = {
  type: "object",
  properties: {
    workers: listOf({
      type: "object",
      properties: {
        name: { type: "string" },
        link: nullable("string"),
        status: { type: "string", enum: workerStatuses },
        last_seen: nullable("string"),
      },
    }),
    total_workers: count,
    active_workers: count,
    idle_workers: count,
    summary: { type: "object", properties: { total: count, active: count, idle: count, failed: count } },
    timestamp,
  },
};

/** Numbers of workers and runs. */
export const securityStats = {
  type: "object",
  properties: {
    total_workers: count,
    active_workers: count,
    total_active_runs: count,
    max_concurrent_runs_per_worker: count,
  },
};

import type { Runner } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { timestampTextOrNull } from "../../../json/timestamp.js";
import { msOf } from "../times.js";
import type { WorkerAccount } from "./accounts.js";

/** Where a worker stands: it has a run, has none, or has not been heard of for long. */
export const workerStatuses = ["active", "idle", "failed"] as const;

/** A worker as administrators see it. Its password is nobody's to see. */
export interface WorkerView {
  readonly name: string;
  readonly link: string | null;
  readonly status: (typeof workerStatuses)[number];
  /** When it called for the last time; null if never. */
  readonly last_seen: string | null;
}

/** After this time without a call, a worker without a run counts as failed. */
const failedAfterMs = 30 * 60_000;

/** Shows a worker. @param runner under which the core knows it; undefined before its first call for work */
export function workerView({ name, link }: WorkerAccount, runner: Runner | undefined, nowMs: number): WorkerView {
  return { name, link, status: statusOf(runner, nowMs), last_seen: timestampTextOrNull(runner?.lastSeenTime) };
}

/** Workers are silent while they work. */
function statusOf(runner: Runner | undefined, nowMs: number): WorkerView["status"] {
  if (runner === undefined) return "idle";
  if (runner.held.length > 0) return "active";
  const { lastSeenTime } = runner;
  return lastSeenTime !== undefined && nowMs - msOf(lastSeenTime) > failedAfterMs ? "failed" : "idle";
}

import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { PipelineContext } from "../context.js";
import { postingOf } from "../runs/job-spec.js";
import { firstShortId, runIdOfJob } from "../runs/run-id.js";
import { failureOf } from "../runs/run-result.js";
import { naiveTimeOrNull } from "../time-text.js";
import { failedStates } from "../vocabulary.js";

/** Something that an operator should know: a run that failed. */
export interface Alert {
  readonly alert_id: string;
  readonly level: "error" | "warning";
  readonly message: string;
  /** The operation. */
  readonly source: string;
  readonly timestamp: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads the newest failures, newest first. Runs that took too long are errors, all others warnings. */
export async function readAlerts(
  { core, config }: Pick<PipelineContext, "core" | "config">,
  limit: number,
): Promise<readonly Alert[]> {
  const { jobs } = await core.jobs.listJobs({
    namespace: config.namespace,
    filter: { states: failedStates },
    orderBy: ListOrder.END_TIME_DESC,
    pageSize: limit,
  });
  return jobs.map(alertOf);
}

/** Counts alerts by level and by source. */
export function alertStats(alerts: readonly Alert[]) {
  return { history_count: alerts.length, by_level: countBy(alerts, "level"), by_source: countBy(alerts, "source") };
}

/** Counts alerts by one property. */
export function countBy(alerts: readonly Alert[], property: "level" | "source"): Record<string, number> {
  const counts = new Map<string, number>();
  for (const alert of alerts) counts.set(alert[property], (counts.get(alert[property]) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function alertOf(job: Job): Alert {
  const source = job.spec?.kind ?? "";
  return {
    alert_id: firstShortId(job.id),
    level: job.state === JobState.TIMED_OUT ? "error" : "warning",
    message: `${source} failed: ${failureOf(job, job.lastAttempt)?.message ?? ""}`,
    source,
    timestamp: naiveTimeOrNull(job.endTime),
    metadata: { run_id: runIdOfJob(job), job_id: job.spec === undefined ? "" : postingOf(job.spec) },
  };
}

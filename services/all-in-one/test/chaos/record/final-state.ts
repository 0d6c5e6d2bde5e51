import type { SwitchyardClient } from "@switchyard/client";
import { reasonOf } from "@switchyard/errors";
import {
  type FinalJob,
  type FinalLimit,
  type FinalLog,
  finalJobOf,
  finalLimitsOf,
  type Observation,
} from "@switchyard/history";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

/** How many jobs of a namespace have not ended. */
export async function countOpen(client: SwitchyardClient, namespace: string): Promise<number> {
  const states = [JobState.BLOCKED, JobState.SCHEDULED, JobState.QUEUED, JobState.RUNNING];
  const { total } = await client.jobs.listJobs({ namespace, filter: { states }, pageSize: 1, wantTotal: true });
  return Number(total);
}

/** Reads every job of a namespace. */
export async function readFinalJobs(client: SwitchyardClient, namespace: string): Promise<FinalJob[]> {
  const jobs: FinalJob[] = [];
  for (let pageToken = ""; ; ) {
    const page = await client.jobs.listJobs({ namespace, pageSize: 1_000, view: JobView.FULL, pageToken });
    jobs.push(...page.jobs.map(finalJobOf));
    pageToken = page.nextPageToken;
    if (pageToken === "") return jobs;
  }
}

/** Reads the limits of a namespace, and the seats in use. */
export async function readFinalLimits(client: SwitchyardClient, namespace: string): Promise<FinalLimit[]> {
  const { limits } = await client.queues.listLimits({ namespace, pageSize: 1_000 });
  return finalLimitsOf(namespace, limits);
}

/** Reads, whole, every log that a runner has written to, or tried to. */
export async function readFinalLogs(
  client: SwitchyardClient,
  observations: readonly Observation[],
): Promise<FinalLog[]> {
  const streams = new Map<string, Pick<FinalLog, "job" | "attempt" | "stream">>();
  const namespaces = new Map<string, string>();
  for (const seen of observations) {
    if (seen.type === "granted") namespaces.set(seen.job, seen.namespace);
    if (seen.type !== "write" || seen.what.sort !== "log") continue;
    const { job, attempt, what } = seen;
    streams.set(`${job}/${attempt}/${what.stream}`, { job, attempt, stream: what.stream });
  }
  const waiting = [...streams.values()];
  const logs: FinalLog[] = [];
  const readNext = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const place = { namespace: namespaces.get(next.job) ?? "", jobId: next.job, ...next };
      const request = { stream: place, from: { case: "fromSequence" as const, value: 0n }, pageSize: 10_000 };
      const { records, sealed } = await client.logs.readLog(request).catch((error: unknown) => {
        if (reasonOf(error) !== "LOG_NOT_FOUND") throw error;
        // Nothing of it was taken; lines that were are for the rules to miss.
        return { records: [], sealed: false };
      });
      logs.push({ ...next, sealed, lines: records.map(({ entry }) => entry?.message ?? "") });
    }
  };
  await Promise.all(Array.from({ length: 16 }, readNext));
  return logs;
}

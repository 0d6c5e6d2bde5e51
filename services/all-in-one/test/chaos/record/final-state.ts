import type { SwitchyardClient } from "@switchyard/client";
import { reasonOf } from "@switchyard/errors";
import type {
  AttemptState as AttemptStateName,
  FinalJob,
  FinalLimit,
  FinalLog,
  JobState as JobStateName,
} from "@switchyard/history";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";

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
    jobs.push(...page.jobs.map((job) => finalJob(namespace, job)));
    pageToken = page.nextPageToken;
    if (pageToken === "") return jobs;
  }
}

function finalJob(namespace: string, { id, state, spec, attempts, readyTime }: Job): FinalJob {
  return {
    ...{ namespace, job: id, state: JobState[state] as JobStateName },
    ...{ tag: spec?.subject ?? "", queue: spec?.queue ?? "", kind: spec?.kind ?? "" },
    attempts: attempts.map((attempt) => ({
      ...{ number: attempt.number, runner: attempt.runnerId, state: AttemptState[attempt.state] as AttemptStateName },
    })),
    ...(readyTime === undefined ? {} : { readyAt: timestampMs(readyTime) }),
  };
}

/** Reads the limits of a namespace, and the seats in use. */
export async function readFinalLimits(client: SwitchyardClient, namespace: string): Promise<FinalLimit[]> {
  const { limits } = await client.queues.listLimits({ namespace, pageSize: 1_000 });
  return limits.map(({ key, seats, seatsUsed: held }) => ({
    ...{ namespace, key, held },
    ...(seats === undefined ? {} : { seats }),
  }));
}

/** Reads the log of each attempt that is named. */
export async function readFinalLogs(
  client: SwitchyardClient,
  attempts: readonly { readonly namespace: string; readonly job: string; readonly attempt: number }[],
): Promise<FinalLog[]> {
  const logs: FinalLog[] = [];
  const waiting = [...attempts];
  const read = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { namespace, job, attempt } = next;
      const stream = "log";
      const place = { namespace, jobId: job, attempt, stream };
      const request = { stream: place, from: { case: "fromSequence" as const, value: 0n } };
      const { records, sealed } = await client.logs.readLog(request).catch((error: unknown) => {
        if (reasonOf(error) !== "LOG_NOT_FOUND") throw error;
        // Lines that were acknowledged and are not there are for the rules to find.
        return { records: [], sealed: false };
      });
      logs.push({ job, attempt, stream, sealed, lines: records.map(({ entry }) => entry?.message ?? "") });
    }
  };
  await Promise.all(Array.from({ length: 16 }, read));
  return logs;
}

import { LogRecordSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { type Job, JobSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { exitCodeOfJob, exitCodes } from "../../exit-codes.js";
import { messageJson } from "../../output/printer.js";
import type { Session } from "../../session/session.js";
import { endText } from "./job-text.js";
import { recordText } from "./log-text.js";

/**
 * Writes a job's log as it comes, then how the job ended. Ctrl-C leaves the job alone and says its id.
 *
 * @returns the exit code that mirrors the job
 */
export async function followToEnd(session: Session, jobId: string): Promise<number> {
  const { client, namespace, print, io } = session;
  await print.note(`job ${jobId} submitted`);
  return unlessInterrupted(session, jobId, async () => {
    for await (const update of client.followJob({ namespace, jobId, signal: io.interrupted })) {
      if (update.type !== "log") continue;
      if (print.format === "table") await print.text(recordText(update.record));
      else await print.jsonLine({ record: messageJson(LogRecordSchema, update.record) });
    }
    const job = await client.waitForJob(namespace, jobId, { signal: io.interrupted });
    if (print.format === "json") await print.jsonLine({ job: messageJson(JobSchema, job) });
    return job;
  });
}

/** Waits for a job's end and writes the job, its result included. Ctrl-C as in {@link followToEnd}. */
export async function waitToEnd(session: Session, jobId: string): Promise<number> {
  const { client, namespace, print, io } = session;
  return unlessInterrupted(session, jobId, async () => {
    const job = await client.waitForJob(namespace, jobId, { signal: io.interrupted });
    await print.one(JobSchema, job, () => `${jobId}\n`);
    return job;
  });
}

async function unlessInterrupted(session: Session, jobId: string, work: () => Promise<Job>): Promise<number> {
  const { print, io } = session;
  try {
    const job = await work();
    await print.note(endText(job));
    return exitCodeOfJob(job.state);
  } catch (error) {
    if (!io.interrupted.aborted) throw error;
    await print.note(`stopped following; job ${jobId} goes on`);
    return exitCodes.cancelled;
  }
}

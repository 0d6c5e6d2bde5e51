import type { SwitchyardClient } from "@switchyard/client";
import { SwitchyardError } from "@switchyard/errors";
import type { GetJobRequest } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { UsageError } from "../usage-error.js";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * How a job is named on the command line: by its id, by its short id (twelve hexadecimal digits), or by its number as `#17`.
 *
 * @throws UsageError for any other text
 */
export function jobRef(text: string): Exclude<GetJobRequest["by"], { case: undefined }> {
  if (uuid.test(text)) return { case: "jobId", value: text.toLowerCase() };
  if (/^[0-9a-f]{12}$/i.test(text)) return { case: "shortId", value: text.toLowerCase() };
  if (/^#\d{1,18}$/.test(text)) return { case: "serial", value: BigInt(text.slice(1)) };
  throw new UsageError(`"${text}" names no job: give its id, its short id, or its number as "#17"`);
}

/** The id of the job that a text names; asks the scheduler unless it is the id itself. */
export async function findJobId(client: SwitchyardClient, namespace: string, text: string): Promise<string> {
  const by = jobRef(text);
  if (by.case === "jobId") return by.value;
  const { job } = await client.jobs.getJob({ namespace, by });
  if (job === undefined) throw new SwitchyardError("JOB_NOT_FOUND", `no job ${text}`);
  return job.id;
}

/** The same for several, in their order. */
export function findJobIds(client: SwitchyardClient, namespace: string, texts: readonly string[]): Promise<string[]> {
  return Promise.all(texts.map((text) => findJobId(client, namespace, text)));
}

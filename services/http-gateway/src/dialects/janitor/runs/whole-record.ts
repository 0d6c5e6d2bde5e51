import type { Core } from "../core-access.js";
import type { RunRecord } from "./run-record.js";

/** The name of the file that has the whole record of a run whose document is abridged. */
export const recordFile = ".run.json";

/** Of files that are no result of the work. */
export const recordPurpose = "record";

/** The whole record of a run, also where the document has only a part of it. */
export async function wholeRecord({ core, config: { namespace } }: Core, record: RunRecord): Promise<RunRecord> {
  if (!record.abridged) return record;
  const { job, attempt } = await core.jobs.getJob({ namespace, by: { case: "jobId", value: record.id } });
  if (job === undefined || attempt === undefined) return record;
  const by = { case: "name" as const, value: { jobId: job.id, attempt: attempt.number, name: recordFile } };
  const parts: Uint8Array[] = [];
  for await (const { data } of core.artifacts.downloadArtifact({ namespace, by })) parts.push(data);
  const whole = JSON.parse(Buffer.concat(parts).toString("utf8")) as RunRecord;
  return { ...whole, publish_status: record.publish_status };
}

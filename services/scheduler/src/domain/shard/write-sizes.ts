import type { JobBody, ReportWrite, SubmitWrite } from "../core/writes.js";

/** About how many bytes a body takes, in memory and in a statement: a hundred stand for the entry itself. */
export function bodyBytes({ input, extras }: Pick<JobBody, "input" | "extras">): number {
  return 100 + (input?.byteLength ?? 0) + (extras?.byteLength ?? 0);
}

/** About how many bytes of a statement new jobs take, so that a flush stays within its limit. */
export function submitBytes(write: SubmitWrite): number {
  let bytes = 0;
  for (const { body } of write.jobs) bytes += bodyBytes(body);
  for (const { body } of write.amends) if (body) bytes += bodyBytes(body);
  return bytes;
}

/** About how many bytes of a statement ends take. */
export function reportBytes(write: ReportWrite): number {
  let bytes = 0;
  for (const { outcome } of write.ends) bytes += 100 + (outcome?.result?.byteLength ?? 0);
  return bytes;
}

import { isDeepStrictEqual } from "node:util";
import type { RunpackAnswer } from "./runpack-calls.js";
import type { RunpackResult } from "./runpack-runner.js";

/** What was seen when the same job was submitted again. */
export interface SecondSubmission {
  /** The id that the first submission got. */
  readonly jobId: string;
  /** What the runner reported of that job. */
  readonly result: RunpackResult;
  /** The answer to the second submission. */
  readonly answer: RunpackAnswer;
  /** How many jobs wait for a runner after it. */
  readonly waiting: number;
  /** How many jobs there are after it, in all states. */
  readonly jobs: number;
}

/** Says why a second submission was not answered from the result cache; undefined if it was. */
export function whyNotCached({ jobId, result, answer, waiting, jobs }: SecondSubmission): string | undefined {
  const { status, body } = answer;
  if (status !== 200) return `the status is ${status} instead of 200`;
  if (body["status"] !== "completed") return `the job is ${String(body["status"])} instead of completed`;
  if (body["job_id"] !== jobId) return `the job is ${String(body["job_id"])} instead of ${jobId}`;
  if (!isDeepStrictEqual(body["result"], result)) return `the result is another one: ${JSON.stringify(body["result"])}`;
  if (waiting > 0 || jobs !== 1) return `of ${jobs} jobs ${waiting} wait for a runner`;
  return undefined;
}

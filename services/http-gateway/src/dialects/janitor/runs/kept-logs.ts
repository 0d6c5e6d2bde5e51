import { Readable } from "node:stream";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { Core } from "../core-access.js";
import type { Run } from "./find-run.js";
import { readRun } from "./read-run.js";

const absent: ReadonlySet<Reason> = new Set<Reason>(["LOG_NOT_FOUND", "ATTEMPT_NOT_FOUND", "JOB_NOT_FOUND"]);

/** Names of the logs that are kept of a run: as its worker sent them, else as they are found. Undefined when it was no run. */
export async function keptLogNames(core: Core, run: Run): Promise<readonly string[] | undefined> {
  const record = await readRun(core, run.attempt.id);
  if (record === undefined) return undefined;
  return record.logfilenames.length > 0 ? record.logfilenames : streamNames(core, run);
}

async function streamNames({ core, config: { namespace } }: Core, { job, attempt }: Run): Promise<string[]> {
  const names: string[] = [];
  let pageToken = "";
  do {
    const page = await core.logs.listLogs({
      namespace,
      jobId: job.id,
      attempt: attempt.number,
      pageSize: 1000,
      pageToken,
    });
    names.push(...page.streams.flatMap(({ ref }) => (ref === undefined ? [] : [ref.stream])));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return names;
}

/** A kept log, byte for byte; lines of a native runner with their ends. Undefined for none of the name. */
export async function openKeptLog(core: Core, run: Run, name: string): Promise<Readable | undefined> {
  const pages = pagesOf(core, run, name);
  const first = await pages.next();
  if (first.done === true) return undefined;
  return Readable.from(bytesOf(first.value, pages), { objectMode: false });
}

async function* pagesOf(
  { core, config: { namespace } }: Core,
  { job, attempt }: Run,
  name: string,
): AsyncGenerator<readonly LogRecord[], undefined> {
  const stream = { namespace, jobId: job.id, attempt: attempt.number, stream: name };
  let pageToken = "";
  do {
    const page = await core.logs
      .readLog({ stream, from: { case: "fromSequence", value: 0n }, pageSize: 1000, pageToken })
      .catch((error: unknown) => (absent.has(reasonOf(error)) ? undefined : Promise.reject(error)));
    if (page === undefined) return undefined;
    yield page.records;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return undefined;
}

async function* bytesOf(
  first: readonly LogRecord[],
  rest: AsyncGenerator<readonly LogRecord[], undefined>,
): AsyncGenerator<Uint8Array> {
  for (const record of first) yield bytesOfRecord(record);
  for await (const page of rest) for (const record of page) yield bytesOfRecord(record);
}

function bytesOfRecord({ entry }: LogRecord): Uint8Array {
  if (entry === undefined) return new Uint8Array();
  return entry.data.length > 0 ? entry.data : Buffer.from(`${entry.message}\n`);
}

import type { Readable } from "node:stream";
import type { FastifyBaseLogger } from "fastify";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { JanitorContext } from "../context.js";
import { resumedRunOf } from "../documents/assignments.js";
import { JanitorError, noSuchRun } from "../errors.js";
import { findRun, type Run } from "../runs/find-run.js";
import { maxRecordBytes, reportEnd } from "../runs/report-end.js";
import { recordText, resultView, type RunRecord } from "../runs/run-record.js";
import { settleRun } from "../runs/settle-run.js";
import { recordFile, recordPurpose } from "../runs/whole-record.js";
import { dropFiles, receiveForm, type ReceivedForm } from "./receive-form.js";
import { reportedRecord } from "./reported-record.js";
import { storeLogs } from "./store-logs.js";
import { type StagedFile, uploadFile } from "./upload-file.js";
import { readWorkerResult } from "./worker-result.js";

/** Reasons for which a run cannot be ended: somebody has. */
const over: ReadonlySet<Reason> = new Set<Reason>(["LEASE_LOST", "NOT_HOLDER", "ALREADY_FINISHED", "LOG_SEALED"]);

/**
 * Finishes a run by the form that its worker sends: the files first, which nobody sees yet, then the logs, then the one
 * decision that makes them all count, then what follows from it.
 *
 * @returns the body of the answer
 * @throws JanitorError 400 for a form that is none, which leaves the run active; 404 when the run is over
 */
export async function finishRun(
  context: JanitorContext,
  run: Run,
  body: Readable,
  mediaType: string | undefined,
  log: FastifyBaseLogger,
): Promise<object> {
  const form = await receiveForm(context, run, body, mediaType);
  const staged: StagedFile[] = [...form.logs, ...form.artifacts];
  try {
    const record = await recordOf(context, run, form);
    const streams = await storeLogs(context, run, form.logs);
    const whole = await keepWhole(context, run, record);
    if (whole !== undefined) staged.push(whole);
    const kept = [...form.artifacts, ...(whole === undefined ? [] : [whole])].map(({ id }) => id);
    const end = await reportEnd(context, run, record, { artifacts: kept, streams });
    // The same end by another call: the repeat of a worker whose first call was answered, or is about to be.
    if (end.isRepeat && !carries(end.job?.lastAttempt?.outcome?.result?.data, recordText(end.kept))) {
      throw noSuchRun(run.attempt.id);
    }
    context.metrics.logsUploaded(form.logs.length);
    await dropFiles(context, form.logs);
    await settle(context, run, log);
    return answerOf(record, form);
  } catch (error) {
    const isOver = over.has(reasonOf(error));
    // After any other failure the end may have been taken all the same, and the files be part of it.
    if (isOver || error instanceof JanitorError) await dropFiles(context, staged);
    throw isOver ? noSuchRun(run.attempt.id) : error;
  }
}

async function recordOf(context: JanitorContext, run: Run, form: ReceivedForm): Promise<RunRecord> {
  const result = readWorkerResult(form.result);
  const resumeFrom = await resumedRunOf(context, run.attempt.id);
  const logNames = form.logs.map(({ name }) => name);
  return reportedRecord({ run, resumeFrom }, result, logNames, Date.now());
}

/** Keeps a record that is too large for the outcome as a file of the run. */
async function keepWhole(context: JanitorContext, run: Run, record: RunRecord): Promise<StagedFile | undefined> {
  const bytes = Buffer.from(recordText(record));
  if (bytes.length <= maxRecordBytes) return undefined;
  const facts = { name: recordFile, mediaType: "application/json", purpose: recordPurpose };
  async function* pieces() {
    yield bytes;
  }
  return uploadFile(context, run, facts, pieces());
}

/** What follows is made up for by the reactor where it does not succeed here; the worker is done either way. */
async function settle(context: JanitorContext, { attempt: { id } }: Run, log: FastifyBaseLogger): Promise<void> {
  try {
    const ended = await findRun(context, id);
    if (ended !== undefined) await settleRun(context, ended);
  } catch (error) {
    log.warn({ err: error, run: id }, "what follows from the end of a run is left to the reactor");
  }
}

function carries(data: Uint8Array | undefined, text: string): boolean {
  return data !== undefined && Buffer.from(data).equals(Buffer.from(text));
}

function answerOf(record: RunRecord, { logs, artifacts }: ReceivedForm): object {
  const [logNames, artifactNames] = [logs.map(({ name }) => name), artifacts.map(({ name }) => name)];
  const hasNone = artifactNames.length === 0 && Object.keys(record.target).length === 0;
  return {
    id: record.id,
    filenames: [...logNames, ...artifactNames],
    logs: logNames,
    artifacts: hasNone ? null : artifactNames,
    result: resultView(record),
  };
}

import { itemError } from "../../../core/item-error.js";
import type { Core } from "../core-access.js";
import type { Run } from "../runs/find-run.js";
import { inPieces, type StagedFile } from "./upload-file.js";

/** A log stream that has been written. */
export interface WrittenLog {
  readonly stream: string;
  readonly length: bigint;
}

/**
 * Writes the log files of a run into streams of the same names, byte for byte. A worker that sends its form again writes the
 * same pieces at the same places, which adds nothing.
 */
export async function storeLogs(core: Core, run: Run, logs: readonly StagedFile[]): Promise<WrittenLog[]> {
  const written: WrittenLog[] = [];
  for (const log of logs) written.push(await storeLog(core, run, log));
  return written;
}

async function storeLog(
  { core, config: { namespace } }: Core,
  run: Run,
  { id, name }: StagedFile,
): Promise<WrittenLog> {
  const { job, attempt } = run;
  const ref = { jobId: job.id, by: { case: "attempt" as const, value: attempt.number } };
  let length = 0n;
  let place = 0n;
  for await (const raw of inPieces(
    bytesOf(core.artifacts.downloadArtifact({ namespace, by: { case: "artifactId", value: id } })),
  )) {
    const append = { stream: name, expectedSequence: place, content: { case: "raw" as const, value: raw } };
    const call = { namespace, runnerId: attempt.runnerId, appends: [{ attempt: ref, append }] };
    const { results } = await core.runners.appendLog(call);
    const refused = results[0] === undefined ? undefined : itemError(results[0]);
    if (refused !== undefined) throw refused;
    length = results[0]?.nextSequence ?? length;
    place += 1n;
  }
  return { stream: name, length };
}

async function* bytesOf(pieces: AsyncIterable<{ readonly data: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { data } of pieces) if (data.length > 0) yield data;
}

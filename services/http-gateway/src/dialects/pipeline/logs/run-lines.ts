import { reasonOf } from "@switchyard/errors";
import { lineStream } from "@switchyard/pipeline-model";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { CoreAccess } from "../core-access.js";
import type { Run } from "../runs/read-run.js";

/** One line of a run, numbered from 0 over all its attempts. */
export interface RunLine {
  readonly index: number;
  readonly text: string;
}

/** A stretch of a run's lines. */
export interface LinePage {
  /** May be fewer than were asked for, though more are there; none only where none is. */
  readonly lines: readonly RunLine[];
  /** Lines that the run has. Where its log has ended it has no more. */
  readonly total: number;
}

/** One attempt's share of a run's lines. */
export interface LinePart {
  readonly attempt: number;
  /** Index of its first line. */
  readonly base: number;
  /** Its lines at the moment; of the last attempt there may be more soon. */
  readonly length: number;
}

/**
 * Reads lines of a run from an index on, over the ends of its attempts. Nothing is ever trimmed: an index means the same line
 * for as long as the log is kept.
 */
export async function readLines(context: CoreAccess, run: Run, from: number, limit: number): Promise<LinePage> {
  const parts = await linePartsOf(context, run);
  const lines: RunLine[] = [];
  let total = totalOf(parts);
  for (const part of parts) {
    const isBefore = parts.length > 1 && part.base + part.length <= from;
    if (isBefore || lines.length === limit) continue;
    const page = await readPart(context, run.job.id, part, from, limit - lines.length);
    lines.push(...page.lines);
    const end = part.base + page.length;
    total = Math.max(total, end);
    // An answer of the log store goes only so far; what comes after it is not read before its rest.
    const last = page.lines.at(-1);
    if (last !== undefined && last.index + 1 < end) break;
  }
  return { lines, total };
}

/** The last lines of a run, in rising order. */
export async function readLastLines(context: CoreAccess, run: Run, count: number): Promise<readonly RunLine[]> {
  const total = await countLines(context, run);
  const lines: RunLine[] = [];
  for (let next = Math.max(0, total - count); next < total; ) {
    const page = await readLines(context, run, next, Math.min(total - next, 1000));
    lines.push(...page.lines);
    const last = page.lines.at(-1);
    if (last === undefined) break;
    next = last.index + 1;
  }
  return lines;
}

/** How many lines a run has. */
export async function countLines(context: CoreAccess, run: Run): Promise<number> {
  const [first] = run.attempts;
  if (first === undefined) return 0;
  if (run.attempts.length > 1) return totalOf(await linePartsOf(context, run));
  return (await readPart(context, run.job.id, { attempt: first.number, base: 0 }, 0, 1)).length;
}

/** Reads lines of one attempt from an index on. */
export async function readPart(
  { core, config }: CoreAccess,
  jobId: string,
  { attempt, base }: Pick<LinePart, "attempt" | "base">,
  from: number,
  limit: number,
): Promise<{ readonly lines: readonly RunLine[] /** Lines of the attempt. */; readonly length: number }> {
  const page = await core.logs
    .readLog({
      stream: { namespace: config.namespace, jobId, attempt, stream: lineStream },
      from: { case: "fromSequence", value: BigInt(Math.max(0, from - base)) },
      pageSize: limit,
    })
    .catch(nothingIfNotFound);
  const lines = page.records.flatMap(({ entry }) =>
    entry === undefined ? [] : { index: base + Number(entry.sequence), text: entry.message },
  );
  return { lines, length: Number(page.length) };
}

/**
 * The shares of a run's attempts. Of a single one nobody has to ask: it begins at 0, and its length, which is 0 here, comes
 * with its lines.
 */
export async function linePartsOf({ core, config }: CoreAccess, run: Run): Promise<LinePart[]> {
  if (run.attempts.length <= 1) return run.attempts.map(({ number }) => ({ attempt: number, base: 0, length: 0 }));
  const lengths = new Map<number, number>();
  let pageToken = "";
  do {
    const page = await core.logs.listLogs({
      namespace: config.namespace,
      jobId: run.job.id,
      pageSize: 1000,
      pageToken,
    });
    for (const { ref, length } of page.streams) {
      if (ref?.stream === lineStream) lengths.set(ref.attempt, Number(length));
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  const parts: LinePart[] = [];
  for (const { number: attempt } of run.attempts) {
    parts.push({ attempt, base: totalOf(parts), length: lengths.get(attempt) ?? 0 });
  }
  return parts;
}

function totalOf(parts: readonly LinePart[]): number {
  const last = parts.at(-1);
  return last === undefined ? 0 : last.base + last.length;
}

/** An attempt has no stream before its first line. */
function nothingIfNotFound(error: unknown): { readonly records: LogRecord[]; readonly length: bigint } {
  const reason = reasonOf(error);
  if (reason === "LOG_NOT_FOUND" || reason === "JOB_NOT_FOUND") return { records: [], length: 0n };
  throw error;
}

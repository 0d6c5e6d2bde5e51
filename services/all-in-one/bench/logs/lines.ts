import { uuidV7 } from "@switchyard/client";
import type { LogProcess } from "./log-process.js";

/** Bytes of a line, its line feed included. */
const lineBytes = 100;
/** Namespace of all logs of the bench. */
const namespace = "bench";
/** The one stream of each. */
const stream = "stdout";

/** A log that is written: a job's first attempt, whose store does not have to know the job. */
export const newLog = (): string => uuidV7();

/** So many lines with their numbers from `first` on, and a time in the last twenty characters. */
export function linesOf(first: number, count: number, stamp = ""): Uint8Array<ArrayBuffer> {
  const words = "compile link test pack upload check wait done warn info step phase cache fetch build clean".split(" ");
  let text = "";
  for (let n = first; n < first + count; n++) {
    const body = `${n} ${words[n % 16]} ${words[(n * 7) % 16]} module-${(n * 2_654_435_761) % 100_003} in ${n % 977} ms ${stamp}`;
    text += `${body.padEnd(lineBytes - 1, ".").slice(0, lineBytes - 1)}\n`;
  }
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** Appends lines to a log, at a place where one is named; settles when they are durable. */
export async function appendLines(
  { logs }: Pick<LogProcess, "logs">,
  jobId: string,
  first: number | undefined,
  lines: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const content = { case: "text" as const, value: { lines } };
  const append = { stream, content, ...(first === undefined ? {} : { expectedSequence: BigInt(first) }) };
  const { results } = await logs.appendLog({ namespace, appends: [{ jobId, attempt: 1, append }] });
  const [result] = results;
  if (result?.message) throw new Error(`an append was refused: ${result.message}`);
}

/** Fills a log with so many lines, several appends at a time. */
export async function fillLog(store: LogProcess, jobId: string, count: number): Promise<void> {
  const each = 5_000;
  for (let first = 0; first < count; first += each)
    await appendLines(store, jobId, first, linesOf(first, Math.min(each, count - first)));
}

/** The log as reads and tails name it. */
export const refOf = (jobId: string) => ({ namespace, jobId, attempt: 1, stream });

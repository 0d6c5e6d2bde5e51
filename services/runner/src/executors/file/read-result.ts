import { open } from "node:fs/promises";
import type { Mask } from "@switchyard/masking";
import type { ProcessResult } from "../attempt-process.js";
import { realPathInside } from "./inside.js";

/** Where the result of a job is: what is known of the process, the last line of its output, or a file. */
export type ResultSource = "process" | "last-line" | { readonly file: string };

/** The service takes no longer result by default, in bytes. */
const longestResult = 1024 * 1024;

/**
 * Reads the result of a process that has succeeded. The last line, and a file whose name ends in `.json`, must be JSON; another
 * file is bytes. Secrets are blackened.
 *
 * @throws Error that says what is missing or wrong
 */
export async function readResult(
  source: ResultSource,
  process: ProcessResult,
  directory: string,
  mask: Mask,
): Promise<unknown> {
  if (source === "process") return process;
  if (source === "last-line") return lastLine(process);
  const bytes = mask.bytes(await readBounded(source.file, directory));
  return source.file.endsWith(".json") ? parse(bytes.toString("utf8"), `the result file ${source.file}`) : bytes;
}

/** The output was blackened when it was kept. */
function lastLine({ stdout }: ProcessResult): unknown {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  if (line === "") throw new Error("no result: nothing was written to stdout, whose last line it is");
  return parse(line, "the last line of stdout");
}

async function readBounded(file: string, directory: string): Promise<Buffer> {
  const path = await realPathInside(directory, file);
  if (path === undefined) throw new Error(`no result: the file ${file} is not there`);
  const handle = await open(path);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new Error(`no result: ${file} is no file`);
    if (info.size > longestResult) throw new Error(`the result file ${file} has more than ${longestResult} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${name} is not JSON`, { cause });
  }
}

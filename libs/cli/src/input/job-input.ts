import type { Io } from "../io.js";
import { UsageError } from "../usage-error.js";
import { readText } from "./read-text.js";

/**
 * The input that a command line gives; undefined for none. The standard input is read only where `-` asks for it: a command that a
 * script runs would otherwise wait for the end of whatever stands behind it.
 *
 * @throws UsageError when it is given twice
 */
export async function readJobInput(
  io: Io,
  { input, inputFile }: { readonly input?: string; readonly inputFile?: string },
): Promise<string | undefined> {
  if (input !== undefined && inputFile !== undefined) throw new UsageError("give --input or --input-file, not both");
  return inputFile === undefined ? input : readText(io, inputFile);
}

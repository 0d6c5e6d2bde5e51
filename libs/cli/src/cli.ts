import { randomUUID } from "node:crypto";
import { reasonOf } from "@switchyard/errors";
import { CommanderError } from "commander";
import { exitCodeOfReason, exitCodes } from "./exit-codes.js";
import { type Io, OutputClosed } from "./io.js";
import { describeFailure, failureText } from "./output/error-text.js";
import { createProgram } from "./program.js";
import type { Cli } from "./session/cli.js";
import { UsageError } from "./usage-error.js";

/**
 * Runs one command line.
 *
 * @param argv the arguments behind the program's name
 * @returns the exit code, see `exit-codes.ts`; nothing is thrown
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const cli: Cli = { io, requestId: `cli-${randomUUID()}`, exitCode: exitCodes.done, failuresAsJson: false };
  const written: Promise<void>[] = [];
  const program = createProgram(cli, {
    // Commander writes without waiting; what it wrote is waited for below.
    writeOut: (text) => written.push(io.stdout.write(text)),
    writeErr: (text) => written.push(io.stderr.write(text)),
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof OutputClosed) return exitCodes.done;
    return await report(error, cli).catch(() => exitCodes.failed);
  } finally {
    await Promise.allSettled(written);
  }
}

/** Says what went wrong, once, and which exit code it has. */
async function report(error: unknown, { io, failuresAsJson, requestId }: Cli): Promise<number> {
  // Commander has said it already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (io.interrupted.aborted) return exitCodes.cancelled;
  if (error instanceof UsageError) {
    await io.stderr.write(`error: ${error.message}\n`);
    return exitCodes.usage;
  }
  const failure = describeFailure(error, requestId);
  await io.stderr.write(failuresAsJson ? `${JSON.stringify({ error: failure })}\n` : failureText(failure));
  return exitCodeOfReason(reasonOf(error));
}

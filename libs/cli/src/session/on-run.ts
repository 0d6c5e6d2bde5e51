import type { Command } from "commander";
import type { GlobalOptions } from "../settings/settings.js";
import type { Cli } from "./cli.js";
import { openSession, type Session } from "./session.js";

/** A command's work: gets its options and arguments, and may settle with an exit code. */
export type Run<Options, Args extends readonly unknown[]> = (
  session: Session,
  options: Options & GlobalOptions,
  ...args: Args
) => Promise<number | undefined> | Promise<void>;

/** Lets a command run with a session, which is closed after it. */
export function onRun<Options = object, Args extends readonly unknown[] = []>(
  cli: Cli,
  command: Command,
  run: Run<Options, Args>,
): Command {
  return command.action(async () => {
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    cli.failuresAsJson = options.output === "json";
    const session = await openSession(cli, options);
    // What is under way ends at Ctrl-C; commands that have something to say about it catch the error.
    const { interrupted } = cli.io;
    interrupted.addEventListener("abort", session.close, { once: true });
    try {
      const code = await run(session, options, ...(command.processedArgs as unknown as Args));
      if (code !== undefined) cli.exitCode = code;
    } finally {
      interrupted.removeEventListener("abort", session.close);
      session.close();
    }
  });
}

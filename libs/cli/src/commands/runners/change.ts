import { type Runner, RunnerSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { Command } from "commander";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import type { Session } from "../../session/session.js";
import { runnerText } from "./runner-text.js";

interface RevokeOptions {
  readonly releaseHeld?: boolean;
  readonly delete?: boolean;
}

type Call = (
  session: Session,
  runnerId: string,
  options: RevokeOptions,
) => Promise<{ readonly runner?: Runner | undefined }>;

/** `runners drain`, `undrain` and `revoke`. */
export function addChangeRunner(cli: Cli, runners: Command): void {
  const add = (verb: string, description: string, call: Call): Command => {
    const command = runners.command(verb).argument("<runner>", "its id").description(description);
    return onRun<RevokeOptions, [string]>(cli, command, async (session, options, id) => {
      const { runner } = await call(session, id, options);
      if (runner !== undefined) await session.print.one(RunnerSchema, runner, () => runnerText(runner));
    });
  };
  add("drain", "Let a runner finish what it has and take nothing new", ({ client, namespace }, runnerId) =>
    client.fleet.drainRunner({ namespace, runnerId }),
  );
  add("undrain", "Let a drained runner take work again", ({ client, namespace }, runnerId) =>
    client.fleet.drainRunner({ namespace, runnerId, undo: true }),
  );
  add("revoke", "End a runner: its token stops at once", ({ client, namespace }, runnerId, options) => {
    const { releaseHeld = false, delete: remove = false } = options;
    return client.fleet.revokeRunner({ namespace, runnerId, releaseHeld, delete: remove });
  })
    .option("--release-held", "give back what it holds at once; else its leases run out")
    .option("--delete", "forget the runner altogether");
}

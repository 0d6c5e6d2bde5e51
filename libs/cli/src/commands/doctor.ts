import { createSwitchyardClient } from "@switchyard/client";
import type { Command } from "commander";
import { allChecks } from "../doctor/checks/all-checks.js";
import type { Examination } from "../doctor/examination.js";
import { examine, exitCodeOf, type Tell } from "../doctor/examine.js";
import { fail, findingText, ok } from "../doctor/finding.js";
import { exitCodes } from "../exit-codes.js";
import { createPrinter } from "../output/printer.js";
import { type GlobalOptions, resolveSettings, type Settings } from "../settings/settings.js";
import type { Cli } from "../session/cli.js";
import { type Connections, openConnections } from "../session/transports.js";
import { UsageError } from "../usage-error.js";

/** The longest that one question may take, in milliseconds, however long calls may. */
const longestMs = 5_000;

/** `doctor`: looks at everything between the caller and a running job. */
export function addDoctor(cli: Cli, program: Command): void {
  const command = program
    .command("doctor")
    .description("Check everything between the caller and a running job, and say what to do about what is wrong");
  command.action(async () => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const print = createPrinter(cli.io, options.output ?? "table", options.quiet ?? false);
    const tell: Tell = (check, finding) =>
      print.format === "json"
        ? print.jsonLine({ check, ...finding })
        : print.text(findingText(check, finding, print.colors));
    let settings: Settings;
    try {
      settings = await resolveSettings(options, cli.io.env);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      await tell("configuration", fail(error.message, "Correct the option, the variable or the profile."));
      cli.exitCode = exitCodes.failed;
      return;
    }
    await tell("configuration", ok(describe(settings)));
    const connections = openConnections(settings.addresses, settings.tls, cli.requestId);
    const examination = examinationOf(settings, connections);
    try {
      const counts = await examine(allChecks, examination, tell);
      await print.note(
        `${counts.ok + 1} ok, ${counts.warn} to look at, ${counts.fail} failed, ${counts.skip} not looked at`,
      );
      cli.exitCode = exitCodeOf(counts);
    } finally {
      examination.client.close();
      connections.close();
    }
  });
}

function describe({ profile, addressText, namespace, token, tls }: Settings): string {
  const from = profile === undefined ? "no profile" : `profile ${profile}`;
  const secrets = token === undefined ? "no token" : "a token";
  return `${from}: ${addressText}, namespace ${namespace}, ${secrets}, ${tls === undefined ? "plain text" : "TLS"}`;
}

function examinationOf(settings: Settings, { transports }: Connections): Examination {
  const { token } = settings;
  const timeoutMs = Math.min(settings.timeoutMs, longestMs);
  const client = createSwitchyardClient({
    ...{ transports, timeoutMs, repeatReads: false },
    ...(token === undefined ? {} : { token }),
  });
  return { settings, client, timeoutMs, reachable: new Set(), denied: false };
}

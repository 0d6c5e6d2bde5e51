import type { Command } from "commander";
import { createPrinter } from "../output/printer.js";
import type { GlobalOptions } from "../settings/settings.js";
import type { Cli } from "../session/cli.js";
import { version } from "../version.js";

/** `version`. */
export function addVersion(cli: Cli, program: Command): void {
  const command = program.command("version").description("Say this program's version and that of Node");
  command.action(async () => {
    const { output = "table" } = command.optsWithGlobals<GlobalOptions>();
    const print = createPrinter(cli.io, output, false);
    const facts = { version, node: process.versions.node };
    await (output === "json" ? print.jsonLine(facts) : print.text(`switchyard ${version} (Node ${facts.node})\n`));
  });
}

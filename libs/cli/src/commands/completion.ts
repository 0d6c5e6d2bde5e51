import { type Command, Argument } from "commander";
import { bashCompletion } from "../completion/bash.js";
import { describeCommand } from "../completion/command-tree.js";
import { fishCompletion } from "../completion/fish.js";
import { zshCompletion } from "../completion/zsh.js";
import type { Cli } from "../session/cli.js";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `completion`: a script for a shell, made from the commands themselves. */
export function addCompletion(cli: Cli, program: Command): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(shells)))
    .description("Write a script that lets a shell complete commands and options")
    .action((shell: keyof typeof shells) => cli.io.stdout.write(shells[shell](describeCommand(program))));
}

import type { Command } from "commander";

/** An option as scripts and the reference need it. */
export interface OptionNode {
  /** As it is shown: `-o, --output <format>`. */
  readonly flags: string;
  /** The names that can be typed. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly required: boolean;
  readonly defaultValue: unknown;
  /** The values that it takes, where they are few. */
  readonly choices: readonly string[];
}

/** A command with what stands below it. */
export interface CommandNode {
  /** The words that name it, behind the program's name. */
  readonly path: readonly string[];
  readonly description: string;
  /** As they are shown: `<kind>`, `[jobs...]`. */
  readonly args: readonly {
    readonly shown: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

/** Reads a command and all below it. */
export function describeCommand(command: Command, path: readonly string[] = []): CommandNode {
  return {
    path,
    description: command.description(),
    args: command.registeredArguments.map((arg) => ({
      shown: `${arg.required ? "<" : "["}${arg.name()}${arg.variadic ? "..." : ""}${arg.required ? ">" : "]"}`,
      description: arg.description,
      choices: arg.argChoices ?? [],
    })),
    options: command.options.map((option) => ({
      flags: option.flags,
      names: [option.long, option.short].filter((name): name is string => name !== undefined && name !== null),
      description: option.description,
      takesValue: option.required || option.optional,
      required: option.mandatory,
      defaultValue: option.defaultValue as unknown,
      choices: option.argChoices ?? [],
    })),
    commands: command.commands.map((child) => describeCommand(child, [...path, child.name()])),
  };
}

/** A command and all below it, in the order in which they are listed. */
export function allCommands(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

/** The words that may follow a command: those below it, or the values of its first argument. */
export function nextWords(node: CommandNode): readonly { readonly word: string; readonly description: string }[] {
  if (node.commands.length > 0) {
    return node.commands.map(({ path, description }) => ({ word: path.at(-1) as string, description }));
  }
  return (node.args[0]?.choices ?? []).map((word) => ({ word, description: "" }));
}

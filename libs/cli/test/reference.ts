import { allCommands, type CommandNode, describeCommand, type OptionNode } from "../src/completion/command-tree.js";
import { createProgram } from "../src/program.js";

/** The reference page, made from the commands themselves. */
export function referencePage(): string {
  const root = describeCommand(createProgram({ exitCode: 0, failuresAsJson: false, requestId: "", io: noIo }, {}));
  const commands = allCommands(root).filter((node) => node.commands.length === 0);
  return `# Commands of switchyard

Made from the commands themselves; \`npx vitest run libs/cli/test/reference.test.ts -u\` writes it anew.

## Options of every command

${optionTable(root.options)}
${commands.map(commandSection).join("\n")}`;
}

const noIo = {
  env: {},
  stdout: { write: async () => undefined },
  stderr: { write: async () => undefined },
  readStdin: async () => "",
  colors: false,
  interrupted: new AbortController().signal,
};

function commandSection({ path, args, description, options }: CommandNode): string {
  const usage = ["switchyard", ...path, ...args.map(({ shown }) => shown)].join(" ");
  const argLines = args.map(({ shown, description, choices }) => {
    const among = choices.length === 0 ? "" : ` (${choices.join(", ")})`;
    return `- \`${shown}\`: ${description}${among}`;
  });
  const parts = [`## ${path.join(" ")}`, `\`${usage}\``, `${description}.`];
  if (argLines.length > 0) parts.push(argLines.join("\n"));
  return `${parts.join("\n\n")}\n\n${options.length === 0 ? "" : `${optionTable(options)}\n`}`;
}

function optionTable(options: readonly OptionNode[]): string {
  const rows = options.map(({ flags, description, defaultValue, choices, required }) => {
    const notes = [
      ...(choices.length === 0 ? [] : [choices.join(" or ")]),
      ...(defaultValue === undefined ? [] : [`default: ${String(defaultValue)}`]),
      ...(required ? ["required"] : []),
    ];
    const text = `${description}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`;
    return `| \`${flags}\` | ${text.replaceAll("|", "\\|")} |`;
  });
  return `| option | what it says |\n| --- | --- |\n${rows.join("\n")}\n`;
}

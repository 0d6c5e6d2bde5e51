import { allCommands, type CommandNode, nextWords, type OptionNode } from "./command-tree.js";

/** A completion script for fish: `switchyard completion fish | source`. */
export function fishCompletion(root: CommandNode): string {
  const nodes = allCommands(root);
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(" ")));
  const withValue = nodes.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue));
  const valueNames = [...new Set(withValue.flatMap(({ names }) => names))];
  const lines = nodes.flatMap((node) => {
    const here = `complete -c switchyard -n ${quoted(`__switchyard_at ${quoted(node.path.join(" "))}`)}`;
    return [
      ...nextWords(node).map(({ word, description }) => `${here} -f -a ${word}${about(description)}`),
      ...(node === root ? [] : node.options.map((option) => `${here} ${optionText(option)}`)),
    ];
  });
  return `# fish completion of switchyard
function __switchyard_at
  set -l place
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    if contains -- $word ${valueNames.join(" ")}
      set skip 1
      continue
    end
    set -l longer (string trim -- "$place $word")
    if contains -- $longer ${paths.join(" ")}
      set place $longer
    end
  end
  test "$place" = "$argv[1]"
end
${root.options.map((option) => `complete -c switchyard ${optionText(option)}`).join("\n")}
${lines.join("\n")}
`;
}

function optionText({ names, description, takesValue, choices }: OptionNode): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const values = choices.length === 0 ? "" : ` -f -a ${quoted(choices.join(" "))}`;
  return `${flags.join(" ")}${takesValue ? " -r" : ""}${values}${about(description)}`;
}

function about(description: string): string {
  return description === "" ? "" : ` -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

import { allCommands, type CommandNode, nextWords, type OptionNode } from "./command-tree.js";

/** A completion script for zsh: `source <(switchyard completion zsh)`, or a file `_switchyard` on `$fpath`. */
export function zshCompletion(root: CommandNode): string {
  const nodes = allCommands(root);
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`);
  const cases = nodes.map((node) => {
    const words = nextWords(node).map(({ word, description }) => described(word, description));
    const options = [...node.options, ...(node === root ? [] : root.options)].flatMap(optionWords);
    return `    "${node.path.join(" ")}") commands=(${words.join(" ")}); options=(${options.join(" ")}) ;;`;
  });
  const withValue = nodes.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue));
  const valueNames = [...new Set(withValue.flatMap(({ names }) => names))];
  const choices = nodes
    .flatMap(({ options }) => options)
    .filter((option) => option.choices.length > 0)
    .map((option) => `    ${option.names.join("|")}) compadd -- ${option.choices.join(" ")}; return ;;`);
  return `#compdef switchyard
# zsh completion of switchyard
_switchyard() {
  local place="" word at
  local -a commands options
  for ((at = 2; at < CURRENT; at++)); do
    word="\${words[at]}"
    case "$word" in
      ${valueNames.join("|")}) ((at++)); continue ;;
      -*) continue ;;
    esac
    case "\${place:+$place }$word" in
      ${paths.join("|")}) place="\${place:+$place }$word" ;;
    esac
  done
  case "\${words[CURRENT-1]}" in
${choices.join("\n")}
    ${valueNames.join("|")}) _files; return ;;
  esac
  case "$place" in
${cases.join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe option options; else _describe command commands; fi
}
compdef _switchyard switchyard
`;
}

function optionWords({ names, description }: OptionNode): string[] {
  return names.map((name) => described(name, description));
}

/** `word:description` in single quotes; a colon ends the word unless it is escaped. */
function described(word: string, description: string): string {
  const text = description.replaceAll(":", "\\:").replaceAll("'", "'\\''");
  return `'${word}${text === "" ? "" : `:${text}`}'`;
}

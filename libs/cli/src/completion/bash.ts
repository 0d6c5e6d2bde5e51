import { allCommands, type CommandNode, nextWords } from "./command-tree.js";

/** A completion script for bash: `source <(switchyard completion bash)`. */
export function bashCompletion(root: CommandNode): string {
  const nodes = allCommands(root);
  const globals = root.options;
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`);
  const cases = nodes.map((node) => {
    const options = [...node.options, ...(node === root ? [] : globals)].flatMap(({ names }) => names);
    const words = nextWords(node).map(({ word }) => word);
    return `    "${node.path.join(" ")}") words="${words.join(" ")}"; options="${options.join(" ")}" ;;`;
  });
  const choices = nodes
    .flatMap(({ options }) => options)
    .filter((option) => option.choices.length > 0)
    .map(({ names, choices }) => `    ${names.join("|")}) words="${choices.join(" ")}"; options="" ;;`);
  const withValue = nodes.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue));
  const valueNames = [...new Set(withValue.flatMap(({ names }) => names))];
  return `# bash completion of switchyard
_switchyard() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word words="" options="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in
      ${valueNames.join("|")}) ((at++)); continue ;;
      -*) continue ;;
    esac
    case "\${path:+$path }$word" in
      ${paths.join("|")}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  case "$previous" in
${choices.join("\n")}
    ${valueNames.join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  [[ "$current" == -* ]] && words="$options"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _switchyard switchyard
`;
}

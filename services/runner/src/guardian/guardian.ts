import { type ChildProcess, spawn } from "node:child_process";
import type { ProcessGroup } from "../process/process-group.js";

/** Sees to it that no process and no directory of an attempt outlives the runner that made it, however the runner ends. */
export interface Guardian {
  /** Notes a group; before the first one nothing runs. */
  add(group: ProcessGroup): void;
  /** Forgets a group that is gone. */
  drop(group: ProcessGroup): void;
  /** Notes a directory that shall not outlive the runner, by its absolute path. */
  addDirectory(path: string): void;
  /** Forgets a directory that is gone. */
  dropDirectory(path: string): void;
  /** Ends the guardian. Groups that are still noted are killed by it, and directories removed. */
  stop(): void;
}

/**
 * Reads the groups from a pipe whose other end only the runner holds. When that end closes without a word, the runner was killed:
 * the noted groups get SIGTERM, two seconds, and SIGKILL, and then whatever left its group but carries the attempt in its
 * environment, and then the noted directories are removed. A word `done` means that nothing is left to do.
 */
const SCRIPT = `
newline='
'
groups=
directories=$newline
while read -r word rest; do
  case $word in
    add) groups="$groups $rest" ;;
    drop)
      kept=
      for group in $groups; do case $group in "$rest":*) ;; *) kept="$kept $group" ;; esac; done
      groups=$kept ;;
    open) directories="$directories$rest$newline" ;;
    close)
      one="$newline$rest$newline"
      case $directories in *"$one"*) directories="\${directories%%"$one"*}$newline\${directories#*"$one"}" ;; esac ;;
    done) exit 0 ;;
  esac
done
remove() {
  printf '%s' "$directories" | while IFS= read -r directory; do
    case $directory in /*) rm -rf -- "$directory" ;; esac
  done 2>/dev/null
  exit 0
}
[ -n "$groups" ] || remove
for group in $groups; do
  kill -s TERM -- "-\${group%%:*}"
  kill -s CONT -- "-\${group%%:*}"
done 2>/dev/null
sleep 2
for group in $groups; do kill -s KILL -- "-\${group%%:*}"; done 2>/dev/null
for directory in /proc/[0-9]*; do
  variables=$(tr '\\0' '\\n' < "$directory/environ") || continue
  for group in $groups; do
    rest=\${group#*:}
    printf '%s\\n' "$variables" | grep -qxF "SWITCHYARD_JOB_ID=\${rest%%:*}" || continue
    printf '%s\\n' "$variables" | grep -qxF "SWITCHYARD_ATTEMPT=\${rest#*:}" || continue
    kill -s KILL "\${directory#/proc/}"
  done
done 2>/dev/null
remove
`;

/**
 * Makes a guardian: one shell of about a megabyte for all that this runner has begun, in a session of its own, so that neither
 * Ctrl+C nor a signal to the runner's group reaches it. If it is killed itself, the next `add` starts another one.
 */
export function createGuardian(): Guardian {
  const groups = new Map<number, ProcessGroup>();
  const directories = new Set<string>();
  let shell: ChildProcess | undefined;

  const say = (line: string) => shell?.stdin?.write(`${line}\n`);
  const note = ({ id, jobId, attempt }: ProcessGroup) => say(`add ${id}:${plain(jobId)}:${attempt}`);
  const noteDirectory = (path: string) => say(`open ${path}`);
  const start = () => {
    const child = spawn("/bin/sh", ["-c", SCRIPT, "switchyard-runner-guardian"], {
      cwd: "/",
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    shell = child;
    const forget = () => {
      if (shell === child) shell = undefined;
    };
    // Without a shell nothing guards: the runner itself still ends its groups whenever it ends in order.
    child.on("error", forget);
    child.on("exit", forget);
    child.stdin.on("error", forget);
    child.unref();
    // A pipe of a child is a socket, which can be unref'd; the type does not say so.
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    for (const group of groups.values()) note(group);
    for (const path of directories) noteDirectory(path);
  };

  return {
    add(group) {
      groups.set(group.id, group);
      if (shell === undefined) start();
      else note(group);
    },
    drop(group) {
      if (groups.delete(group.id)) say(`drop ${group.id}`);
    },
    addDirectory(path) {
      // A path is one line of the script's input.
      if (path.includes("\n")) return;
      directories.add(path);
      if (shell === undefined) start();
      else noteDirectory(path);
    },
    dropDirectory(path) {
      if (directories.delete(path)) say(`close ${path}`);
    },
    stop() {
      shell?.stdin?.end(groups.size + directories.size === 0 ? "done\n" : "");
      shell = undefined;
    },
  };
}

/** Ids are one word of the script's input; what could not be one is not looked for in environments. */
function plain(id: string): string {
  return /^[\w.-]+$/.test(id) ? id : "-";
}

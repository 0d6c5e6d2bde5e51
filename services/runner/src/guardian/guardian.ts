import { type ChildProcess, spawn } from "node:child_process";
import type { ProcessGroup } from "../process/process-group.js";

/** Sees to it that no process outlives the runner that started it, however the runner ends. */
export interface Guardian {
  /** Notes a group; before the first one nothing runs. */
  add(group: ProcessGroup): void;
  /** Forgets a group that is gone. */
  drop(group: ProcessGroup): void;
  /** Ends the guardian. Groups that are still noted are killed by it. */
  stop(): void;
}

/**
 * Reads the groups from a pipe whose other end only the runner holds. When that end closes without a word, the runner was killed:
 * the noted groups get SIGTERM, two seconds, and SIGKILL, and then whatever left its group but carries the attempt in its
 * environment. A word `done` means that nothing is left to do.
 */
const SCRIPT = `
groups=
while read -r word id job attempt; do
  case $word in
    add) groups="$groups $id:$job:$attempt" ;;
    drop)
      kept=
      for group in $groups; do case $group in "$id":*) ;; *) kept="$kept $group" ;; esac; done
      groups=$kept ;;
    done) exit 0 ;;
  esac
done
[ -n "$groups" ] || exit 0
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
`;

/**
 * Makes a guardian: one shell of about a megabyte for all processes of this runner, in a session of its own, so that neither
 * Ctrl+C nor a signal to the runner's group reaches it. If it is killed itself, the next `add` starts another one.
 */
export function createGuardian(): Guardian {
  const groups = new Map<number, ProcessGroup>();
  let shell: ChildProcess | undefined;

  const say = (line: string) => shell?.stdin?.write(`${line}\n`);
  const note = ({ id, jobId, attempt }: ProcessGroup) => say(`add ${id} ${plain(jobId)} ${attempt}`);
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
    stop() {
      shell?.stdin?.end(groups.size === 0 ? "done\n" : "");
      shell = undefined;
    },
  };
}

/** Ids are one word of the script's input; what could not be one is not looked for in environments. */
function plain(id: string): string {
  return /^[\w.-]+$/.test(id) ? id : "-";
}

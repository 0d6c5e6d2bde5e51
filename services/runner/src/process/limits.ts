/** What one process may take; what it starts inherits each limit for itself, but the number of processes counts all of the user. */
export interface ProcessLimits {
  /** CPU time, in seconds; SIGXCPU, and SIGKILL a second later. */
  readonly cpu?: number | undefined;
  /** Address space, in bytes. */
  readonly memory?: number | undefined;
  readonly openFiles?: number | undefined;
  /** Processes and threads of the user that the runner is; root has no such limit. */
  readonly processes?: number | undefined;
  /** The size of a file that it writes, in bytes; SIGXFSZ. */
  readonly fileSize?: number | undefined;
}

/** What a shell that can't set a limit exits with. */
const limitsExitCode = 125;

/**
 * The command that runs another one within limits. Node can't set them, so a shell does and then becomes the program: the process keeps its number,
 * and leads its group. Arguments are parameters of the shell, never read by it.
 *
 * @param file an absolute path: the shell's words about a program that is not there would be the job's output
 */
export function withLimits(
  limits: ProcessLimits,
  { file, args }: { readonly file: string; readonly args: readonly string[] },
): { readonly file: string; readonly args: readonly string[] } {
  const steps = stepsOf(limits);
  if (steps.length === 0) return { file, args };
  const script = `{ ${steps.join(" && ")}; } || exit ${limitsExitCode}; exec "$@"`;
  return { file: "/bin/sh", args: ["-c", script, "sh", file, ...args] };
}

/** Shells differ in the letter for processes; the unit of files is 512 bytes in all of them, of memory 1024. */
function stepsOf({ cpu, memory, openFiles, processes, fileSize }: ProcessLimits): string[] {
  return [
    ...(cpu === undefined ? [] : [`ulimit -S -t ${cpu} && ulimit -H -t ${cpu + 1}`]),
    ...(openFiles === undefined ? [] : [`ulimit -n ${openFiles}`]),
    ...(processes === undefined ? [] : [`{ ulimit -u ${processes} 2>/dev/null || ulimit -p ${processes}; }`]),
    ...(fileSize === undefined ? [] : [`ulimit -f ${Math.ceil(fileSize / 512)}`]),
    // Last, since the shell itself has to live with it.
    ...(memory === undefined ? [] : [`ulimit -v ${Math.ceil(memory / 1024)}`]),
  ];
}

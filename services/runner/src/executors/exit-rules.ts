/** What an end of a process means for its job. */
export type Verdict = "success" | "retryable" | "fatal";

/** Which exit codes, or signals, mean what. */
export interface VerdictLists<Key> {
  readonly success?: readonly Key[] | undefined;
  readonly retryable?: readonly Key[] | undefined;
  readonly fatal?: readonly Key[] | undefined;
  /** All others. Default: fatal. */
  readonly other?: "retryable" | "fatal" | undefined;
}

/** How ends of a process are judged. */
export interface ExitRules {
  readonly codes: ReadonlyMap<number, Verdict>;
  readonly otherCode: Verdict;
  readonly signals: ReadonlyMap<string, Verdict>;
  readonly otherSignal: Verdict;
}

/** Makes rules. Unless the lists say something else, exit code 0 is the one success. A key should stand in one list; the first one counts. */
export function exitRules(codes: VerdictLists<number>, signals: VerdictLists<string> = {}): ExitRules {
  return {
    codes: verdicts({ ...codes, success: codes.success ?? [0] }),
    otherCode: codes.other ?? "fatal",
    signals: verdicts(signals),
    otherSignal: signals.other ?? "fatal",
  };
}

/** Judges an end; a process that was ended by a signal has no exit code. */
export function verdictOf(
  { codes, otherCode, signals, otherSignal }: ExitRules,
  { exitCode, signal }: { readonly exitCode: number | null; readonly signal: string | null },
): Verdict {
  return exitCode === null ? (signals.get(signal ?? "") ?? otherSignal) : (codes.get(exitCode) ?? otherCode);
}

function verdicts<Key>({ success, retryable, fatal }: VerdictLists<Key>): ReadonlyMap<Key, Verdict> {
  const named: readonly [Verdict, readonly Key[] | undefined][] = [
    ["fatal", fatal],
    ["retryable", retryable],
    ["success", success],
  ];
  return new Map(named.flatMap(([verdict, keys = []]) => keys.map((key) => [key, verdict] as const)));
}

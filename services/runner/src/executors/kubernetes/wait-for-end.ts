import { JobFailure } from "@switchyard/client";
import type { TerminatedView } from "./api/objects.js";
import { type RunState, runStateOf } from "./run-state.js";
import type { RunView } from "./run-view.js";
import { failureOfBlock, failureOfLoss } from "./verdict.js";

/** What is waited for, and who hears of it. */
export interface WaitOptions {
  readonly view: RunView;
  readonly signal: AbortSignal;
  /** How long a container may fail to start, and a pod to be made, in milliseconds. */
  readonly startTimeoutMs: number;
  /** Brings the view up to date, however long that takes: the watches may have been away. */
  readonly refresh: () => Promise<void>;
  /** The container has started, and may have ended already. */
  readonly onStarted: () => void;
  /** Hears in words where the attempt stands, when that changes. */
  readonly tell: (words: string) => void;
}

/**
 * Waits until the container has ended by itself.
 *
 * @throws JobFailure when it did not start in time, or was lost; the signal's reason when that aborts first
 */
export async function waitForEnd(options: WaitOptions): Promise<TerminatedView> {
  const { view, signal, startTimeoutMs, onStarted, tell } = options;
  let isRefreshed = false;
  let troubleSince: number | undefined;
  let told = "";
  const abort = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: abort.signal });
  });
  aborted.catch(() => undefined);
  const refresh = async () => {
    await Promise.race([options.refresh(), aborted]);
    isRefreshed = true;
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      const changed = view.changed();
      const state = runStateOf(view);
      if (state.kind === "running" || state.kind === "ended") onStarted();
      if (state.kind === "ended") return state.end;
      if (state.kind === "lost" && view.pod === undefined && !isRefreshed) {
        // Jobs and pods are watched apart: the word of the Job's end may come before that of a pod that says why.
        await refresh();
        continue;
      }
      throwIfOver(state);
      const words = wordsOf(state, view);
      if (words !== told && words !== "") tell(words);
      told = words;
      if (state.kind === "running" || state.kind === "unschedulable") [troubleSince, isRefreshed] = [undefined, false];
      else if (state.kind === "blocked" || view.pod === undefined) troubleSince ??= performance.now();
      const leftMs = troubleSince === undefined ? undefined : troubleSince + startTimeoutMs - performance.now();
      if (leftMs === undefined || leftMs > 0) await firstOf(changed, aborted, leftMs);
      else if (isRefreshed) throw lateFailure(state);
      else await refresh();
    }
  } finally {
    abort.abort();
  }
}

function throwIfOver(state: RunState): void {
  if (state.kind === "lost") throw failureOfLoss(state);
  if (state.kind === "overdue") throw new JobFailure("the execution limit has passed", { timedOut: true });
  if (state.kind === "blocked" && state.isFinal) throw failureOfBlock(state);
}

function lateFailure(state: RunState): JobFailure {
  if (state.kind === "blocked") return failureOfBlock(state);
  return new JobFailure("the cluster made no pod for the Job in time", { retryable: true });
}

function wordsOf(state: RunState, { pod }: RunView): string {
  switch (state.kind) {
    case "unschedulable":
      return `waiting for a node: ${state.message}`;
    case "blocked":
      return `the container does not start (${state.reason})${state.message === "" ? "" : `: ${state.message}`}`;
    case "running":
      return `running on ${pod?.spec?.nodeName ?? "a node"}`;
    default:
      return "";
  }
}

async function firstOf(changed: Promise<void>, aborted: Promise<never>, timeoutMs: number | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
  });
  try {
    await Promise.race([changed, aborted, late]);
  } finally {
    clearTimeout(timer);
  }
}

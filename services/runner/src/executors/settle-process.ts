import { type JobContext, JobFailure, type OutcomeFacts } from "@switchyard/client";
import type { ProcessEnd } from "../process/run-process.js";
import type { ProcessResult } from "./attempt-process.js";
import { type ExitRules, verdictOf } from "./exit-rules.js";

/** What the end of a process is judged by. */
export interface SettleOptions {
  readonly context: Pick<JobContext, "signal">;
  readonly rules: ExitRules;
  /** The limit that a process which timed out had, in milliseconds. */
  readonly timeoutMs: number | undefined;
}

/**
 * The result of a process whose end is a success.
 *
 * @throws JobFailure for every other end; it carries the same result and the metrics
 */
export function settleProcess(end: ProcessEnd, { context, rules, timeoutMs }: SettleOptions): ProcessResult {
  const { timedOut, ...result } = end;
  const facts = { result, ...usageFacts(result) };
  if (timedOut) throw new JobFailure(`timed out after ${(timeoutMs ?? 0) / 1000} s`, { timedOut, ...facts });
  if (context.signal.aborted) throw new JobFailure("stopped", facts);
  const verdict = verdictOf(rules, result);
  if (verdict === "success") return result;
  throw new JobFailure(failureText(result), { retryable: verdict === "retryable", ...facts });
}

/** What a process used as metrics of its outcome: `cpu_user_seconds`, `cpu_system_seconds` and `max_rss_bytes`. */
export function usageFacts({ usage }: Pick<ProcessResult, "usage">): OutcomeFacts {
  if (usage === undefined) return {};
  const { cpuUserSeconds, cpuSystemSeconds, maxRssBytes } = usage;
  return {
    metrics: {
      cpu_user_seconds: cpuUserSeconds,
      cpu_system_seconds: cpuSystemSeconds,
      ...(maxRssBytes !== undefined && { max_rss_bytes: maxRssBytes }),
    },
  };
}

const limitSignals: Readonly<Record<string, string>> = { SIGXCPU: "CPU time", SIGXFSZ: "file size" };

function failureText({ exitCode, signal }: ProcessResult): string {
  if (exitCode !== null) return `the process exited with code ${exitCode}`;
  const limit = limitSignals[signal ?? ""];
  return `the process was ended by ${signal}${limit === undefined ? "" : `: its limit of ${limit} is used up`}`;
}

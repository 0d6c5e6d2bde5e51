import { constants } from "node:os";
import { JobFailure } from "@switchyard/client";
import type { TerminatedView } from "./api/objects.js";
import type { RunState } from "./run-state.js";

/** The result of a job that ran in Kubernetes. */
export interface KubernetesResult {
  readonly exitCode: number;
  /** The signal that ended the process, as far as the exit code tells. */
  readonly signal: string | null;
  /** The cluster's word: `Completed`, `Error`, `OOMKilled`, ... */
  readonly reason: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly pod: string;
  readonly node: string | null;
  /** The termination message: as JSON where it is some, else as text. */
  readonly output: unknown;
}

/** Where it ran. */
export interface RunPlace {
  readonly pod: string;
  readonly node: string | undefined;
}

const signalBase = 128;
const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** The result of a container's end. */
export function resultOf(
  end: TerminatedView,
  { pod, node }: RunPlace,
  mask: (text: string) => string,
): KubernetesResult {
  const { exitCode, reason = "", startedAt = null, finishedAt = null, message = "" } = end;
  const number = end.signal ?? (exitCode > signalBase ? exitCode - signalBase : 0);
  const isTimed = startedAt !== null && finishedAt !== null;
  return {
    exitCode,
    signal: signalNames.get(number) ?? null,
    reason,
    startedAt,
    finishedAt,
    durationMs: isTimed ? Date.parse(finishedAt) - Date.parse(startedAt) : null,
    pod,
    node: node ?? null,
    output: outputOf(mask(message)),
  };
}

/**
 * The failure that a container's end is.
 *
 * @param retryableExitCodes codes after which another attempt is worth it
 */
export function failureOf(result: KubernetesResult, retryableExitCodes: readonly number[]): JobFailure {
  const { exitCode, signal, reason, output } = result;
  const retryable = retryableExitCodes.includes(exitCode);
  return new JobFailure(failureText(exitCode, signal, reason, output), { retryable, result });
}

/** The failure of an attempt that something in the cluster ended. */
export function failureOfLoss({ reason, message }: Extract<RunState, { kind: "lost" }>): JobFailure {
  const words = message === "" ? "" : `: ${message}`;
  return new JobFailure(`the pod was lost (${reason || "no reason given"})${words}`, { retryable: true });
}

/** The failure of a container that could not start in time. */
export function failureOfBlock({ reason, message, isFinal }: Extract<RunState, { kind: "blocked" }>): JobFailure {
  const words = message === "" ? "" : `: ${message}`;
  // A registry may be back later; an image that it does not have, or not for us, is no matter of time.
  const isRefused = /not found|manifest unknown|denied|unauthorized|forbidden/i.test(message);
  const retryable = !isFinal && !isRefused && /^(ErrImagePull|ImagePullBackOff|RegistryUnavailable)$/.test(reason);
  return new JobFailure(`the container did not start (${reason})${words}`, { retryable });
}

function failureText(exitCode: number, signal: string | null, reason: string, output: unknown): string {
  if (reason === "OOMKilled") return "the container was killed: out of memory";
  // The runtime could not start the program; its message says which.
  if (reason === "StartError" || reason === "ContainerCannotRun")
    return `the container did not start (${reason}): ${typeof output === "string" ? output : JSON.stringify(output)}`;
  if (signal !== null) return `the process was ended by ${signal}`;
  return `the process exited with code ${exitCode}`;
}

function outputOf(message: string): unknown {
  if (message === "") return null;
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
}

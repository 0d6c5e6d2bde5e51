import { setTimeout as sleep } from "node:timers/promises";
import type { Guardian } from "../guardian/guardian.js";
import type { Mask } from "@switchyard/masking";
import { createOutputTail } from "./output-tail.js";
import { liveProcesses, type ProcessGroup } from "./process-group.js";
import { type OutputPump, pumpOutput } from "./pump-output.js";
import { type RunningProcess, type SpawnSpec, spawnProcess } from "./spawn-process.js";
import { stopGroup } from "./stop-group.js";
import { type ResourceUse, startUsageMeter } from "./usage/usage-meter.js";

/** What to run, for which attempt, and within which limits. */
export interface RunSpec extends SpawnSpec {
  readonly jobId: string;
  readonly attempt: number;
  /** Limit of the process's own, in milliseconds. Default: none. */
  readonly timeoutMs?: number;
  /** Time between asking it to stop and killing it, in milliseconds. */
  readonly graceMs: number;
}

/** What is around a process. */
export interface RunDeps {
  readonly guardian: Guardian;
  /** Takes output in order; settles when there is room for more. */
  readonly write: (stream: "stdout" | "stderr", chunk: Buffer) => Promise<void>;
  /** Stops the process when it aborts. */
  readonly signal: AbortSignal;
  /** Blackens secrets in what it says. Default: nothing is one. */
  readonly mask?: Mask;
}

/** How a process ended. */
export interface ProcessEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last 64 KiB. */
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
  readonly durationMs: number;
  /** One of the two texts lacks its beginning. */
  readonly truncated: boolean;
  /** What it and all that it started have used; unset where the system does not tell. */
  readonly usage?: ResourceUse;
  /** Its own limit has passed. */
  readonly timedOut: boolean;
}

const tailBytes = 64 * 1024;
/** How long an output may stay open and silent after the last process is gone, in milliseconds: somebody else holds its pipe. */
const silenceMs = 2_000;
const longestTimerMs = 2 ** 31 - 1;

/**
 * Runs a process to its end. It settles only when every process that it started is gone, whichever way that came about: what the leader
 * leaves behind when it exits is stopped too.
 *
 * @throws SpawnError when it could not be started
 */
export async function runProcess(spec: RunSpec, { guardian, write, signal, mask }: RunDeps): Promise<ProcessEnd> {
  const startedAt = performance.now();
  const child = await spawnProcess(spec);
  const group: ProcessGroup = { id: child.pid, jobId: spec.jobId, attempt: spec.attempt };
  guardian.add(group);
  const meter = startUsageMeter(child.pid);
  const exited = exitOf(child, meter.leaderEnded.bind(meter));
  const tails = { stdout: createOutputTail(tailBytes), stderr: createOutputTail(tailBytes) };
  const pumps = (["stdout", "stderr"] as const).map((stream) =>
    pumpOutput(child[stream], tails[stream], (chunk) => write(stream, chunk), mask?.stream()),
  );

  let timedOut = false;
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopGroup(group, spec.graceMs);
  };
  const timer = setTimeout(
    () => {
      timedOut = true;
      stop();
    },
    Math.min(longestTimerMs, spec.timeoutMs ?? longestTimerMs),
  );
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();

  const [exitCode, endSignal] = await exited;
  clearTimeout(timer);
  const durationMs = Math.round(performance.now() - startedAt);
  if (stopped === undefined && (await liveProcesses(group)).length > 0) stop();
  await stopped;
  const usage = await meter.finish();
  signal.removeEventListener("abort", stop);
  await drain(pumps, () => [child.stdout, child.stderr].forEach((output) => void output.destroy()));
  guardian.drop(group);
  return {
    exitCode,
    signal: endSignal,
    stdout: tails.stdout.text(),
    stderr: tails.stderr.text(),
    durationMs,
    truncated: tails.stdout.truncated || tails.stderr.truncated,
    ...(usage !== undefined && { usage }),
    timedOut,
  };
}

function exitOf(child: RunningProcess, onExit: () => void): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      onExit();
      resolve([code, signal]);
    });
  });
}

/** Waits for the rest of the outputs, but not for a stranger who holds a pipe open and says nothing. */
async function drain(pumps: readonly OutputPump[], cut: () => void): Promise<void> {
  let open = true;
  const ended = Promise.all(pumps.map((pump) => pump.ended)).then(() => {
    open = false;
  });
  const goneAt = performance.now();
  while (open) {
    const timer = new AbortController();
    await Promise.race([ended, sleep(silenceMs / 4, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    const silent = pumps.every(({ silentSince }) => {
      const since = silentSince === undefined ? Number.POSITIVE_INFINITY : Math.max(goneAt, silentSince);
      return performance.now() - since > silenceMs;
    });
    if (open && silent) {
      cut();
      await ended;
    }
  }
}

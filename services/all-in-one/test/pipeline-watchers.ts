import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { openRun, pipelineCaller } from "./pipeline-calls.js";
import type { LogEntry } from "./pipeline-follow.js";

/** Somebody who sees a run through, whatever becomes of the connection: each line once. */
export interface Watcher {
  /** Settles with the lines and the last word when the run has ended. */
  readonly ended: Promise<Watched>;
  /** Lines so far. */
  readonly seen: () => number;
}

/** What a watcher has seen in the end. */
export interface Watched {
  readonly lines: readonly string[];
  /** The status that it was told; empty where it was called off. */
  readonly end: string;
}

/** Where a run can be seen, and until when somebody looks. */
export interface WatchedRun {
  readonly base: string;
  readonly run: string;
  readonly signal: AbortSignal;
}

/** Follows by events, and comes back with the number of the last line whenever the stream breaks. */
export function follow({ base, run, signal }: WatchedRun): Watcher {
  const url = run.startsWith("op_") ? `${base}/api/jobs/operations/${run}/logs` : `${base}/jobs/${run}/logs`;
  return watcher(signal, async (lines) => {
    const place = lines.length === 0 ? {} : { "last-event-id": String(lines.length - 1) };
    const stream = await openRun(url, place).catch(() => undefined);
    let end: string | undefined;
    let told = 0;
    for (let isOpen = stream !== undefined; isOpen && !signal.aborted; ) {
      isOpen = (await Promise.race([stream?.ended.then(() => false), sleep(100, true)])) ?? false;
      for (const { event, id, data } of stream?.events.slice(told) ?? []) {
        told += 1;
        if (event === "end") end = data;
        if (event !== undefined) continue;
        expect(id).toBe(String(lines.length));
        lines.push(data);
      }
    }
    stream?.leave();
    return end;
  });
}

/** Polls as the page does: what fails is asked again later. */
export function poll({ base, run, signal }: WatchedRun): Watcher {
  const call = pipelineCaller(() => base);
  return watcher(signal, async (lines) => {
    const answer = await call("GET", `/api/logs/${run}?since=${lines.length}&limit=500`).catch(() => undefined);
    if (answer?.status !== 200) return undefined;
    const { logs, status, expected_log_count: count } = answer.body;
    for (const { index, message } of logs as LogEntry[]) {
      expect(index).toBe(lines.length);
      lines.push(message);
    }
    return ["completed", "failed"].includes(status) && lines.length >= count ? (status as string) : undefined;
  });
}

/** @param look looks once, adds what is new, and returns the end when there is one */
function watcher(signal: AbortSignal, look: (lines: string[]) => Promise<string | undefined>): Watcher {
  const lines: string[] = [];
  const watch = async (): Promise<Watched> => {
    while (!signal.aborted) {
      const end = await look(lines);
      if (end !== undefined) return { lines, end };
      await sleep(200);
    }
    return { lines, end: "" };
  };
  const ended = watch();
  // Whoever waits for it is told of a failure; nobody else has to be.
  ended.catch(() => undefined);
  return { ended, seen: () => lines.length };
}

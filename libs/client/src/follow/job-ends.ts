import type { Client } from "@connectrpc/connect";
import type { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { anySignal } from "../any-signal.js";
import { type JobWaiter as Waiter, runWaitGroup } from "./wait-group.js";

/** Waits for the ends of jobs, with few streams for many jobs. */
export interface JobEnds {
  /** Settles when the job has ended, or may have: the caller reads it. */
  ended(namespace: string, jobId: string, signal: AbortSignal | undefined): Promise<void>;
}

/** How long a stream may take to end after the last of its jobs, in milliseconds. */
const patienceMs = 5_000;

/** Jobs on one stream. Far below the contract's 1,000, since their snapshots come in one message. */
const jobsPerStream = 100;

/**
 * Makes a waiter. A wait that comes while no watch is being opened gets a stream at once; what comes meanwhile shares the
 * next one. So a thousand waits at a time need about ten streams, and a single one pays nothing for that.
 *
 * @param closed ends all waits with its reason
 */
export function createJobEnds(jobs: Client<typeof JobService>, closed: AbortSignal): JobEnds {
  const lanes = new Map<string, { waiting: Set<Waiter>; opening: boolean }>();
  const leavers = new WeakMap<Waiter, () => void>();

  const pump = (namespace: string) => {
    const lane = lanes.get(namespace);
    if (lane === undefined || lane.opening) return;
    const group = [...lane.waiting].slice(0, jobsPerStream);
    if (group.length === 0) {
      lanes.delete(namespace);
      return;
    }
    for (const waiter of group) lane.waiting.delete(waiter);
    lane.opening = true;
    let isOpened = false;
    const opened = () => {
      if (isOpened) return;
      isOpened = true;
      lane.opening = false;
      pump(namespace);
    };
    const { leave, members, signal, over } = createMembership(group, closed);
    for (const waiter of group) leavers.set(waiter, () => leave(waiter));
    void runWaitGroup({ jobs, namespace, opened, signal }, members).finally(over);
  };

  return {
    ended: (namespace, jobId, signal) =>
      new Promise<void>((resolve, reject) => {
        signal?.throwIfAborted();
        closed.throwIfAborted();
        const settle = (end: () => void) => {
          signal?.removeEventListener("abort", leave);
          end();
        };
        const waiter: Waiter = {
          jobId,
          resolve: () => settle(resolve),
          reject: (error) => settle(() => reject(error)),
        };
        const lane = lanes.get(namespace) ?? { waiting: new Set<Waiter>(), opening: false };
        const leave = () => {
          lane.waiting.delete(waiter);
          leavers.get(waiter)?.();
          waiter.reject(signal?.reason);
        };
        signal?.addEventListener("abort", leave, { once: true });
        lanes.set(namespace, lane);
        lane.waiting.add(waiter);
        // After the caller's turn, so that waits of one turn share a stream.
        queueMicrotask(() => pump(namespace));
      }),
  };
}

/** Ends a group's stream when the last of its members has left. Once all have got what they wanted it ends by itself, or after a while. */
function createMembership(group: readonly Waiter[], closed: AbortSignal) {
  const present = new Set(group);
  const empty = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  const leave = (waiter: Waiter): boolean => {
    const wasPresent = present.delete(waiter);
    if (present.size === 0) empty.abort();
    return wasPresent;
  };
  const members = group.map((waiter) => ({
    jobId: waiter.jobId,
    resolve: () => {
      if (!present.delete(waiter)) return;
      if (present.size === 0) patience = setTimeout(() => empty.abort(), patienceMs).unref();
      waiter.resolve();
    },
    reject: (error: unknown) => {
      if (leave(waiter)) waiter.reject(error);
    },
  }));
  const over = () => clearTimeout(patience);
  return { leave, members, signal: anySignal([closed, empty.signal]), over };
}

import type { Client } from "@connectrpc/connect";
import type { LogRecord, LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { anySignal } from "../any-signal.js";
import { createAttempts } from "./attempts.js";
import { createChannel } from "./channel.js";
import { isFinalState } from "./job-states.js";
import { type LogLengths, logLengths } from "./log-lengths.js";
import type { LogFilterInit } from "./tail-attempt.js";
import { tailAttempts } from "./tail-attempts.js";
import { type JobUpdate, watchJob } from "./watch-job.js";

/** What a follower of one job gets to see. */
export type FollowUpdate = JobUpdate | { readonly type: "log"; readonly record: LogRecord };

/** Which job is followed, and how. */
export interface FollowJobOptions {
  readonly namespace: string;
  readonly jobId: string;
  /** Progress events too. Default no. */
  readonly includeProgress?: boolean;
  /** Only this log stream. Default: all. */
  readonly stream?: string;
  /** Only these log entries. Default: all. */
  readonly filter?: LogFilterInit;
  /** The first attempt whose log is read. Default 1. */
  readonly firstAttempt?: number;
  /** First sequence number of that attempt's streams. Default 0. */
  readonly fromSequence?: bigint;
  /** Streams of the first attempt that begin elsewhere, by name. */
  readonly places?: ReadonlyMap<string, bigint>;
  /**
   * Only log entries that are written from now on, of the newest attempt and those that follow. Default no. The first
   * update is the job as it is after "now".
   */
  readonly onlyNew?: boolean;
  /** Yield the job's end as soon as it is known, and not behind the last log entry. Default no. */
  readonly endAtOnce?: boolean;
  /** How long to wait for the seal of an ended attempt's log while nothing arrives, in milliseconds. Default 10,000. */
  readonly sealPatienceMs?: number;
  /** Ends the iteration, which throws its reason. */
  readonly signal?: AbortSignal;
}

/** The two services that following needs. */
export interface FollowServices {
  readonly jobs: Client<typeof JobService>;
  readonly logs: Client<typeof LogService>;
}

/**
 * Yields a job's events and the log entries of all its attempts, as they come. The job's end is yielded last, after the last
 * entry (but see `endAtOnce`), so that whoever prints both needs no logic of his own. A slow reader holds both sources back.
 */
export async function* followJob(services: FollowServices, options: FollowJobOptions): AsyncGenerator<FollowUpdate> {
  const left = new AbortController();
  const signal = options.signal === undefined ? left.signal : anySignal([options.signal, left.signal]);
  const channel = createChannel<FollowUpdate>();
  const attempts = createAttempts();

  const readLogs = async (lengths: LogLengths | undefined) => {
    while (lengths !== undefined && !attempts.known && !attempts.over) await attempts.changed();
    const firstAttempt = lengths === undefined ? (options.firstAttempt ?? 1) : Math.max(1, attempts.newest);
    const records = tailAttempts(services.logs, attempts, {
      namespace: options.namespace,
      jobId: options.jobId,
      stream: options.stream ?? "",
      firstAttempt,
      fromSequence: lengths === undefined ? (options.fromSequence ?? 0n) : 0n,
      sealPatienceMs: options.sealPatienceMs ?? 10_000,
      signal,
      ...(options.filter === undefined ? {} : { filter: options.filter }),
      ...(options.places === undefined ? {} : { places: options.places }),
      ...(lengths === undefined ? {} : { places: lengths.get(firstAttempt) ?? new Map() }),
    });
    for await (const record of records) await channel.put({ type: "log", record });
  };
  const readEvents = async (): Promise<JobUpdate | undefined> => {
    const watch = { includeProgress: options.includeProgress ?? false, signal };
    try {
      for await (const update of watchJob(services.jobs, options.namespace, options.jobId, watch)) {
        attempts.observe(update);
        if (isLast(update) && options.endAtOnce !== true) return update;
        await channel.put(update);
      }
      return undefined;
    } finally {
      attempts.close();
    }
  };
  const work = async () => {
    // Before the job is looked at: what is written in between comes, as what it is, behind the job.
    const lengths = options.onlyNew ? await logLengths(services.logs, { ...options, signal }) : undefined;
    const [last] = await Promise.all([readEvents(), readLogs(lengths)]);
    if (last !== undefined) await channel.put(last);
  };
  work().then(
    () => channel.end(),
    (error: unknown) => channel.end({ error }),
  );

  try {
    yield* channel.read();
  } finally {
    left.abort();
    channel.abandon();
  }
}

function isLast(update: JobUpdate): boolean {
  if (update.type === "snapshot") return isFinalState(update.job.state);
  return update.event.type === JobEventType.ENDED || update.event.type === JobEventType.DELETED;
}

import { SwitchyardError } from "@switchyard/errors";
import type { Pool, PostgresLog } from "@switchyard/postgres";
import { type AttemptKey, attemptText, jobText } from "../../model/stream-key.js";
import type { ChangeNotice } from "../../store/channel.js";
import { loadAttempts } from "../../store/load-attempts.js";
import type { BuiltChunk } from "../append/chunk-builder.js";
import { createBatchLoader } from "../batch-loader.js";
import { throwStorageError } from "../storage-error.js";
import type { AttemptOracle } from "./attempt-oracle.js";
import type { ChunkSource } from "../read/chunk-source.js";
import type { Follower, FollowOptions, FollowStep } from "./follower.js";
import { LiveAttempt } from "./live-attempt.js";
import { createTurnstile } from "./turnstile.js";
import type { LiveStream } from "./live-stream.js";

/** The end of an attempt without logs is told to one replica only; followers at others find it by looking. */
const LOOK_AGAIN_MS = 5_000;
/** Bytes that one step of a follower may hold, if there are few. */
const MAX_STEP_BYTES = 512 * 1024;
const MIN_STEP_BYTES = 16 * 1024;
/** Bytes that the steps of all followers may hold. */
const ALL_STEPS_BYTES = 32 * 1024 * 1024;
/** Of the process's time, for followers that stand in line. */
const FOLLOWERS_SHARE = 0.3;

/** What a hub works with. */
export interface FollowHubOptions {
  readonly pool: Pool;
  readonly source: ChunkSource;
  /** Name of this process among the replicas. */
  readonly replica: string;
  /** Most readers at once. */
  readonly maxFollowers: number;
  /** Bytes of entries that may wait for one slow reader. */
  readonly maxBufferBytes: number;
  /** Knows of attempts without logs whether they are over. Without it they are sealed like all others. */
  readonly oracle?: AttemptOracle | undefined;
  readonly log?: PostgresLog;
}

/** What a follower wants; how much it gets at a time is the hub's affair. */
export type FollowWish = Omit<FollowOptions, "maxBufferBytes" | "stepBytes">;

/** Brings what is committed to those who follow. */
export interface FollowHub {
  /** This process has committed chunks of a stream. */
  committed(job: Job, streamId: number, chunks: readonly BuiltChunk[], made: boolean): void;
  /** Streams of a job were made, sealed or deleted. */
  jobChanged(namespace: string, jobId: string): void;
  /** Another replica has changed something. */
  noticed(notice: ChangeNotice): void;
  /** Anything may have changed. */
  everythingChanged(): void;
  /**
   * Follows an attempt or one stream of it until that has ended.
   * @throws SwitchyardError `RATE_LIMITED` (too many readers), `LOG_NOT_FOUND` (deleted meanwhile), `SHUTTING_DOWN`; the signal's reason
   */
  follow(key: AttemptKey, options: FollowWish, signal: AbortSignal): AsyncGenerator<FollowStep>;
  /** Readers now. */
  readonly followers: number;
  /** Ends all readers; they may go on elsewhere from the sequence number behind the last one that they got. */
  stop(): void;
}

interface Job {
  readonly namespace: string;
  readonly jobId: string;
}

/** Creates the hub of a process. What nobody follows costs it a look into a map per flushed stream. */
export function createFollowHub(options: FollowHubOptions): FollowHub {
  const { pool, source, maxFollowers, maxBufferBytes, oracle } = options;
  const loadStored = createBatchLoader((keys: readonly AttemptKey[]) => loadAttempts(pool, keys));
  // Each for itself, so that whoever has logs to read does not wait for what others ask.
  const load = async (key: AttemptKey) => {
    const state = await loadStored(key);
    if (oracle === undefined || state.closed || state.streams.length > 0 || !(await oracle(key))) return state;
    // All that the attempt ever wrote it may have written, through another replica, since the first look.
    const last = await loadStored(key);
    return last.streams.length > 0 ? last : { ...last, closed: true };
  };
  const turnstile = createTurnstile(FOLLOWERS_SHARE);
  const attempts = new Map<string, LiveAttempt>();
  const attemptsByJob = new Map<string, Set<LiveAttempt>>();
  const streams = new Map<number, { readonly live: LiveStream; readonly attempt: LiveAttempt }>();
  let followers = 0;
  let stopped = false;

  // A step waits in a socket's buffer until its reader takes it: all of them together are bounded.
  const stepBytes = () => Math.max(MIN_STEP_BYTES, Math.min(MAX_STEP_BYTES, ALL_STEPS_BYTES / followers));

  function enter(key: AttemptKey): LiveAttempt {
    const name = attemptText(key);
    const present = attempts.get(name);
    if (present !== undefined) return present;
    const attempt: LiveAttempt = new LiveAttempt({
      ...{ source, turnstile },
      key,
      load,
      onStream: (id, live) => {
        if (live === undefined) streams.delete(id);
        else streams.set(id, { live, attempt });
      },
      ...(options.log === undefined ? {} : { log: options.log }),
      ...(oracle === undefined ? {} : { lookAgainMs: LOOK_AGAIN_MS }),
    });
    attempts.set(name, attempt);
    const siblings = attemptsByJob.get(jobText(key)) ?? new Set();
    attemptsByJob.set(jobText(key), siblings.add(attempt));
    return attempt;
  }

  function forget(attempt: LiveAttempt): void {
    const { key } = attempt;
    if (attempts.get(attemptText(key)) !== attempt) return;
    attempts.delete(attemptText(key));
    const siblings = attemptsByJob.get(jobText(key));
    siblings?.delete(attempt);
    if (siblings?.size === 0) attemptsByJob.delete(jobText(key));
  }

  function jobChanged(namespace: string, jobId: string): void {
    // Told of every job that ends, and mostly nobody follows any.
    if (attemptsByJob.size === 0) return;
    for (const attempt of attemptsByJob.get(jobText({ namespace, jobId })) ?? []) attempt.refreshSoon();
  }

  function everythingChanged(): void {
    for (const attempt of attempts.values()) attempt.refreshSoon();
  }

  async function* follow(key: AttemptKey, wish: FollowWish, signal: AbortSignal): AsyncGenerator<FollowStep> {
    if (stopped) throw shuttingDown();
    if (followers >= maxFollowers) throw tooMany(maxFollowers);
    followers++;
    const attempt = enter(key);
    attempt.enter();
    let follower: Follower | undefined;
    try {
      await attempt.refresh().catch(throwStorageError);
      if (stopped) throw shuttingDown();
      follower = attempt.follow({ ...wish, maxBufferBytes, stepBytes });
      for (;;) {
        const step = await follower.next(signal);
        if (step === undefined) return;
        yield step;
      }
    } finally {
      followers--;
      attempt.leave(follower);
      if (attempt.isIdle) forget(attempt);
    }
  }

  return {
    committed(job, streamId, chunks, made) {
      streams.get(streamId)?.live.committed(chunks);
      if (made) jobChanged(job.namespace, job.jobId);
    },
    jobChanged,
    noticed({ replica, everything, streamIds, jobs }) {
      if (replica === options.replica) return;
      if (everything) return everythingChanged();
      const changed = new Set(streamIds.flatMap((id) => streams.get(id)?.attempt ?? []));
      for (const attempt of changed) attempt.refreshSoon();
      for (const [namespace, jobId] of jobs) jobChanged(namespace, jobId);
    },
    everythingChanged,
    follow,
    get followers() {
      return followers;
    },
    stop() {
      stopped = true;
      for (const attempt of attempts.values()) attempt.fail(shuttingDown());
    },
  };
}

function shuttingDown(): SwitchyardError {
  return new SwitchyardError("SHUTTING_DOWN", "this replica is ending; go on from the next sequence number elsewhere");
}

function tooMany(limit: number): SwitchyardError {
  const options = { retryAfterMs: 1_000 };
  return new SwitchyardError(
    "RATE_LIMITED",
    `more than ${limit} readers follow logs here`,
    { limit: String(limit) },
    options,
  );
}

import { setTimeout as sleep } from "node:timers/promises";
import { SwitchyardError } from "@switchyard/errors";
import type { PostgresLog } from "@switchyard/postgres";
import type { AttemptKey } from "../../model/stream-key.js";
import type { AttemptState } from "../../store/load-attempts.js";
import type { ChunkSource } from "../read/chunk-source.js";
import { type FollowOptions, Follower } from "./follower.js";
import type { Turnstile } from "./turnstile.js";
import { createLiveStream, type LiveStream } from "./live-stream.js";

/** What a live attempt is made of. */
export interface LiveAttemptOptions {
  readonly source: ChunkSource;
  readonly turnstile: Turnstile;
  readonly key: AttemptKey;
  /** Reads the attempt's state. */
  readonly load: (key: AttemptKey) => Promise<AttemptState>;
  /** A stream is followed from now on, or (undefined) no longer. */
  readonly onStream: (id: number, live: LiveStream | undefined) => void;
  /** While nothing was written to the attempt, look this often whether it is over, ms. Default: never. */
  readonly lookAgainMs?: number;
  readonly log?: PostgresLog;
}

const RETRY_MS = 500;

/** An attempt that somebody follows: its streams, and who follows them. */
export class LiveAttempt {
  readonly key: AttemptKey;
  readonly #options: LiveAttemptOptions;
  readonly #followers = new Set<Follower>();
  readonly #streams = new Map<number, LiveStream>();
  #running: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;
  #retry: AbortController | undefined;
  #ended = false;
  #users = 0;

  constructor(options: LiveAttemptOptions) {
    this.key = options.key;
    this.#options = options;
  }

  /** Whether nobody follows, or is about to. */
  get isIdle(): boolean {
    return this.#users === 0;
  }

  /** Announces a follower. */
  enter(): void {
    this.#users++;
  }

  /** Adds an announced follower; it stands at what is known, so `refresh` first. */
  follow(options: FollowOptions): Follower {
    const { source, turnstile } = this.#options;
    const follower = new Follower(source, turnstile, this.key.attempt, options);
    for (const live of this.#streams.values()) follower.attach(live, false);
    if (this.#ended) follower.endAttempt();
    this.#followers.add(follower);
    return follower;
  }

  /** Takes an announced follower away, whether it was added or not. */
  leave(follower: Follower | undefined): void {
    this.#users--;
    if (follower !== undefined) this.#followers.delete(follower);
    if (!this.isIdle) return;
    this.#retry?.abort();
    for (const id of this.#streams.keys()) this.#options.onStream(id, undefined);
    this.#streams.clear();
  }

  /** Reads the attempt's state; resolves after a reading that began after this call. Calls in between share one. */
  refresh(): Promise<void> {
    this.#waiting ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        this.#running = this.#options.load(this.key).then((state) => this.#apply(state));
        return this.#running;
      });
    return this.#waiting;
  }

  /** Refreshes without anybody waiting for it; tries again while the database is away. */
  refreshSoon(): void {
    this.refresh().catch((error: unknown) => this.#tryLater(error));
  }

  /** Ends all followers with an error. */
  fail(error: SwitchyardError): void {
    this.#retry?.abort();
    for (const follower of this.#followers) follower.fail(error);
  }

  #tryLater(error: unknown): void {
    if (this.isIdle || this.#retry !== undefined) return;
    this.#options.log?.warn({ err: error }, "a followed log could not be read");
    this.#refreshIn(RETRY_MS);
  }

  #refreshIn(ms: number): void {
    if (this.isIdle || this.#retry !== undefined) return;
    const retry = new AbortController();
    this.#retry = retry;
    sleep(ms, undefined, { signal: retry.signal, ref: false }).then(
      () => {
        this.#retry = undefined;
        this.refreshSoon();
      },
      () => undefined,
    );
  }

  #apply({ streams, closed }: AttemptState): void {
    const present = new Set(streams.map(({ id }) => id));
    const isDeleted = [...this.#streams.keys()].some((id) => !present.has(id));
    if (isDeleted) {
      this.#deleted();
      return;
    }
    for (const { id, stream, length, sealed } of streams) {
      const known = this.#streams.get(id);
      const live = known ?? this.#open(id, stream, length);
      live.observed(length, sealed);
      if (known === undefined) for (const follower of this.#followers) follower.attach(live, true);
    }
    this.#ended = closed;
    const { lookAgainMs } = this.#options;
    if (!closed && streams.length === 0 && lookAgainMs !== undefined) this.#refreshIn(lookAgainMs);
    for (const follower of this.#followers) {
      if (closed) follower.endAttempt();
      else follower.changed();
    }
  }

  #open(id: number, stream: string, length: number): LiveStream {
    const live = createLiveStream({
      source: this.#options.source,
      id,
      stream,
      length,
      onBatch: (batch) => {
        for (const follower of this.#followers) follower.offer(live, batch);
      },
      onFailure: (error) => this.#tryLater(error),
    });
    this.#streams.set(id, live);
    this.#options.onStream(id, live);
    return live;
  }

  #deleted(): void {
    this.fail(new SwitchyardError("LOG_NOT_FOUND", "the log was deleted"));
    for (const id of this.#streams.keys()) this.#options.onStream(id, undefined);
    this.#streams.clear();
  }
}

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Clock } from "@switchyard/clock";
import type { StreamLengthSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { createNotifier, type Notifier } from "../../notifier.js";
import type { Attempt } from "../attempt.js";
import { createStreamBuffer, type LogEntryInit, type StreamBuffer } from "./stream-buffer.js";

/** Final lengths of streams, as an outcome names them. */
export type StreamLengths = MessageInitShape<typeof StreamLengthSchema>[];

/** The log streams of one attempt. */
export interface AttemptLog {
  readonly attempt: Attempt;
  readonly streams: Iterable<StreamBuffer>;
  /** Something is left to send. */
  readonly pending: boolean;
  /** Appends bytes; settles when there is room for more, which holds a fast producer back. */
  write(stream: string, chunk: Uint8Array): Promise<void>;
  add(stream: string, entry: LogEntryInit): void;
  /** Settles when everything that was added is durable, or was given up. */
  flushed(): Promise<void>;
  /** Ends all streams, waits until everything is durable or patience is over, and answers the final lengths. */
  finish(patienceMs: number): Promise<StreamLengths>;
  /** Gives up what is left, and what comes later. */
  discard(): void;
  /** Says that something was acknowledged or given up. */
  moved(): void;
}

/** Bytes of one stream that may wait here before its producer is held back. */
const roomBytes = 512 * 1024;

/**
 * Makes the log of an attempt. Nothing is made for it before something is logged.
 *
 * @param kick tells the sender that there is something to send
 */
export function createAttemptLog(clock: Clock, attempt: Attempt, kick: (log: AttemptLog) => void): AttemptLog {
  return new BufferedLog(clock, attempt, kick);
}

class BufferedLog implements AttemptLog {
  readonly attempt: Attempt;
  readonly #clock: Clock;
  readonly #kick: (log: AttemptLog) => void;
  #streams: Map<string, StreamBuffer> | undefined;
  #notifier: Notifier | undefined;
  #discarded = false;

  constructor(clock: Clock, attempt: Attempt, kick: (log: AttemptLog) => void) {
    this.#clock = clock;
    this.attempt = attempt;
    this.#kick = kick;
  }

  get streams(): Iterable<StreamBuffer> {
    return this.#streams?.values() ?? [];
  }

  get pending(): boolean {
    for (const stream of this.streams) if (!stream.empty) return true;
    return false;
  }

  async write(name: string, chunk: Uint8Array): Promise<void> {
    const stream = this.#stream(name);
    stream.write(chunk);
    if (!stream.empty) this.#kick(this);
    while (stream.bufferedBytes > roomBytes && !stream.empty) await this.#changed();
  }

  add(name: string, entry: LogEntryInit): void {
    this.#stream(name).add(entry);
    this.#kick(this);
  }

  async flushed(): Promise<void> {
    while (this.pending) await this.#changed();
  }

  async finish(patienceMs: number): Promise<StreamLengths> {
    for (const stream of this.streams) stream.end();
    if (this.pending) {
      this.#kick(this);
      let over = false;
      const timer = this.#clock.setTimeout(() => {
        over = true;
        this.moved();
      }, patienceMs);
      while (this.pending && !over) await this.#changed();
      this.#clock.clearTimeout(timer);
    }
    return [...this.streams].map(({ name, length }) => ({ stream: name, length }));
  }

  discard(): void {
    this.#discarded = true;
    for (const stream of this.streams) stream.discard();
    this.moved();
  }

  moved(): void {
    this.#notifier?.notify();
  }

  #changed(): Promise<void> {
    this.#notifier ??= createNotifier();
    return this.#notifier.changed();
  }

  #stream(name: string): StreamBuffer {
    this.#streams ??= new Map();
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const made = createStreamBuffer(name, this.#clock.wallMs);
    if (this.#discarded) made.discard();
    this.#streams.set(name, made);
    return made;
  }
}

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { StreamLengthSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { createNotifier } from "../../notifier.js";
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
 * Makes the log of an attempt.
 *
 * @param kick tells the sender that there is something to send
 */
export function createAttemptLog(attempt: Attempt, kick: (log: AttemptLog) => void): AttemptLog {
  const streams = new Map<string, StreamBuffer>();
  const notifier = createNotifier();
  let discarded = false;

  const streamOf = (name: string): StreamBuffer => {
    const known = streams.get(name);
    if (known !== undefined) return known;
    const made = createStreamBuffer(name);
    if (discarded) made.discard();
    streams.set(name, made);
    return made;
  };
  const pending = () => [...streams.values()].some((stream) => !stream.empty);

  const log: AttemptLog = {
    attempt,
    streams: { [Symbol.iterator]: () => streams.values() },
    get pending() {
      return pending();
    },
    async write(name, chunk) {
      const stream = streamOf(name);
      stream.write(chunk);
      if (!stream.empty) kick(log);
      while (stream.bufferedBytes > roomBytes && !stream.empty) await notifier.changed();
    },
    add(name, entry) {
      streamOf(name).add(entry);
      kick(log);
    },
    async flushed() {
      while (pending()) await notifier.changed();
    },
    async finish(patienceMs) {
      for (const stream of streams.values()) stream.end();
      if (pending()) {
        kick(log);
        let over = false;
        const timer = setTimeout(() => {
          over = true;
          notifier.notify();
        }, patienceMs);
        while (pending() && !over) await notifier.changed();
        clearTimeout(timer);
      }
      return [...streams.values()].map(({ name, length }) => ({ stream: name, length }));
    },
    discard() {
      discarded = true;
      for (const stream of streams.values()) stream.discard();
      notifier.notify();
    },
    moved: () => notifier.notify(),
  };
  return log;
}

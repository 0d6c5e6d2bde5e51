import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { LogFilterSchema, LogRecord, LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { resuming, type StreamLife } from "./resuming.js";

/** Which entries of a log are wanted. */
export type LogFilterInit = MessageInitShape<typeof LogFilterSchema>;

/** One attempt's log, or one stream of it. */
export interface TailAttemptOptions {
  readonly namespace: string;
  readonly jobId: string;
  readonly attempt: number;
  /** Empty: all streams of the attempt, those that are yet to come included. */
  readonly stream: string;
  /** First sequence number; of several streams, each from there. */
  readonly fromSequence: bigint;
  /** Streams that begin elsewhere, by name. */
  readonly places?: ReadonlyMap<string, bigint>;
  readonly filter?: LogFilterInit;
  readonly signal?: AbortSignal;
}

/** Enough for what is written while a tail is opened whose beginning is known; what is older is not sent at all. */
const recent = 1_000;

/**
 * Yields entries until the stream, or the attempt, is sealed: each stream in order, nothing twice, nothing left out. The place in
 * every stream is kept here. What the server left out because this reader was slow is read page by page. After a break a single
 * stream goes on where it was; several streams are replayed from the beginning and what was seen is passed over, since a
 * stream that began meanwhile could not be found otherwise.
 */
export function tailAttempt(logs: Client<typeof LogService>, options: TailAttemptOptions): AsyncGenerator<LogRecord> {
  const { namespace, jobId, attempt, stream, fromSequence, signal } = options;
  const filter = options.filter === undefined ? {} : { filter: options.filter };
  const call = signal === undefined ? {} : { signal };
  const places = new Map<string, bigint>(options.places);
  /** Streams whose place may lie before entries that were left out. Without a filter a jump in the numbers shows it. */
  const checked = new Set<string>();
  let someMissed = false;
  // Once: after a break more than that may have been missed. Not with a filter, behind which a jump shows nothing.
  let last = options.places === undefined || options.filter !== undefined ? 0 : recent;

  async function* fill(name: string, before: bigint): AsyncGenerator<LogRecord> {
    const ref = { namespace, jobId, attempt, stream: name };
    const from = { case: "fromSequence" as const, value: places.get(name) ?? fromSequence };
    for (let pageToken = ""; ; ) {
      const page = await logs.readLog({ stream: ref, from, beforeSequence: before, pageToken, ...filter }, call);
      for (const record of page.records) {
        places.set(name, (record.entry?.sequence ?? 0n) + 1n);
        yield record;
      }
      pageToken = page.nextPageToken;
      if (pageToken === "" || page.records.length === 0) break;
    }
    places.set(name, before);
    checked.add(name);
  }

  /** What lies between the place in a stream and a later one, if anything may. */
  async function* upTo(name: string, sequence: bigint): AsyncGenerator<LogRecord> {
    const jumps = sequence > (places.get(name) ?? fromSequence);
    const leftOut = options.filter === undefined || (someMissed && !checked.has(name));
    if (jumps && leftOut) yield* fill(name, sequence);
  }

  async function* open(life: StreamLife): AsyncGenerator<LogRecord> {
    const from = stream === "" ? fromSequence : (places.get(stream) ?? fromSequence);
    const ref = { namespace, jobId, attempt, stream };
    const request = { stream: ref, fromSequence: from, last, ...filter };
    last = 0;
    for await (const response of logs.tailLog(request, call)) {
      life.alive();
      if (response.missed > 0n) {
        someMissed = true;
        checked.clear();
      }
      for (const record of response.records) {
        const sequence = record.entry?.sequence ?? 0n;
        if (sequence < (places.get(record.stream) ?? fromSequence)) continue;
        yield* upTo(record.stream, sequence);
        places.set(record.stream, sequence + 1n);
        checked.add(record.stream);
        yield record;
      }
      for (const sealed of response.sealed) {
        yield* upTo(sealed.stream, sealed.length);
        if (sealed.stream === stream) return;
      }
    }
  }
  return resuming(open, signal);
}

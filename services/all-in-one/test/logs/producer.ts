import { setTimeout as sleep } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { isRetryable } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { LogAppendSchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { SeededLog } from "./seeded-log.js";

/** Entries that a producer has left out, as one does whose buffer was full. */
export interface LeftOut {
  readonly first: number;
  readonly count: number;
}

/** Writes one log until all of it is acknowledged, whatever becomes of the store meanwhile. */
export interface Producer {
  readonly jobId: string;
  readonly log: SeededLog;
  /** What lies below this number was acknowledged, or left out. */
  readonly acknowledged: number;
  readonly leftOut: readonly LeftOut[];
  /** Calls that failed and were made again. */
  readonly repeats: number;
  /** Writes everything. @throws Error when the store refuses what it must take, or answers with wrong numbers */
  run(): Promise<void>;
}

/** How a producer goes about it. */
export interface ProducerOptions {
  readonly logs: Client<typeof LogService>;
  readonly namespace: string;
  readonly jobId: string;
  readonly log: SeededLog;
  /** Bytes of a call at most, about. */
  readonly callBytes: number;
  /** Leave some entries out now and then, and let the store mark the gap. */
  readonly leavesOut: boolean;
  readonly random: () => number;
  /** Nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Told of bytes that were acknowledged. */
  readonly onAcknowledged: (bytes: number) => void;
}

/** The name of the one stream that a producer writes. */
export const producedStream = "stdout";

/** Calls that nobody will ever answer are given up, and made again. */
const callTimeoutMs = 60_000;
const pauseMs = 50;
const mostAppends = 4;
/** Of all appends so many are followed by a hole, which has at most so many entries. */
const holes = { share: 0.3, longest: 10 };

type Append = MessageInitShape<typeof LogAppendSchema>;
interface Piece {
  readonly append: Append;
  readonly count: number;
  readonly bytes: number;
}

/**
 * Creates a producer as the contract wants them: it numbers what it sends, has one call under way, and after a failure sends from the first entry that was
 * not acknowledged, in pieces of other sizes than before, since of what it does not know some may be there.
 */
export function createProducer(options: ProducerOptions): Producer {
  const { logs, namespace, jobId, log, callBytes, random } = options;
  const leftOut: LeftOut[] = [];
  let acknowledged = 0;
  /** Number behind the last entry that was ever sent; the store may have it, acknowledged or not. */
  let sent = 0;
  let repeats = 0;
  let isBehindHole = false;

  /** The next pieces of one call, each behind the one before. */
  function nextPieces(): readonly Piece[] {
    const pieces: Piece[] = [];
    const wanted = 1 + Math.floor(random() * mostAppends);
    for (let at = acknowledged; pieces.length < wanted && at < log.count; ) {
      const piece = pieceFrom(log, at, Math.floor((random() * callBytes) / wanted));
      // Only what stands behind the hole may make one: a piece whose predecessor failed must not.
      const allowGap = isBehindHole && pieces.length === 0;
      pieces.push({ ...piece, append: { ...piece.append, allowGap } });
      at += piece.count;
    }
    return pieces;
  }

  async function send(pieces: readonly Piece[]): Promise<void> {
    sent = Math.max(sent, acknowledged + pieces.reduce((entries, { count }) => entries + count, 0));
    const { results } = await logs.appendLog(
      { namespace, appends: pieces.map(({ append }) => ({ jobId, attempt: 1, append })) },
      { timeoutMs: callTimeoutMs },
    );
    for (const [i, { count, bytes }] of pieces.entries()) {
      const result = results[i];
      if (result === undefined) throw new Error("an append has no result");
      const { reason, message, firstSequence, nextSequence } = result;
      if (reason === ErrorReason.STORAGE_UNAVAILABLE || reason === ErrorReason.SHUTTING_DOWN) return failed();
      const said = `${ErrorReason[reason]} ${message} ${firstSequence}-${nextSequence}`;
      const isRight = firstSequence === BigInt(acknowledged) && nextSequence === BigInt(acknowledged + count);
      if (reason !== ErrorReason.UNSPECIFIED || !isRight)
        throw new Error(`${jobId}: ${count} entries from ${acknowledged} were answered with ${said}`);
      acknowledged += count;
      isBehindHole = false;
      options.onAcknowledged(bytes);
    }
  }

  async function failed(): Promise<void> {
    repeats += 1;
    await sleep(random() * pauseMs);
  }

  function leaveSomeOut(): void {
    const count = 1 + Math.floor(random() * holes.longest);
    // The last entry is always sent, so that every hole has something behind it.
    if (random() >= holes.share || acknowledged + count >= log.count) return;
    leftOut.push({ first: acknowledged, count });
    acknowledged += count;
    isBehindHole = true;
  }

  return {
    jobId,
    log,
    leftOut,
    get acknowledged() {
      return acknowledged;
    },
    get repeats() {
      return repeats;
    },
    async run() {
      while (acknowledged < log.count && !options.signal.aborted) {
        if (options.leavesOut && !isBehindHole && acknowledged >= sent) leaveSomeOut();
        await send(nextPieces()).catch((error: unknown) => {
          const isLate = error instanceof ConnectError && error.code === Code.DeadlineExceeded;
          if (!isRetryable(error) && !isLate) throw error;
          return failed();
        });
      }
    },
  };
}

/** Entries from a number on: of so many bytes, but one at least, and of raw ones one only. */
function pieceFrom({ form, count: total, line }: SeededLog, first: number, wantedBytes: number): Piece {
  const lines: string[] = [];
  let bytes = 0;
  do {
    const text = line(first + lines.length);
    lines.push(text);
    bytes += Buffer.byteLength(text);
  } while (form !== "raw" && bytes < wantedBytes && first + lines.length < total);
  const append = { stream: producedStream, expectedSequence: BigInt(first), content: contentOf(form, lines) };
  return { append, count: lines.length, bytes };
}

function contentOf(form: SeededLog["form"], lines: readonly string[]): NonNullable<Append["content"]> {
  if (form === "entries") return { case: "entries", value: { entries: lines.map((message) => ({ message })) } };
  if (form === "raw") return { case: "raw", value: new Uint8Array(Buffer.from(lines.join(""))) };
  return { case: "text", value: { lines: new Uint8Array(Buffer.from(lines.map((text) => `${text}\n`).join(""))) } };
}

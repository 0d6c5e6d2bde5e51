import type { Readable } from "node:stream";
import type { MaskStream } from "@switchyard/masking";
import type { OutputTail } from "./output-tail.js";

/** An output that is being passed on. */
export interface OutputPump {
  /** Settles when the output has ended and everything was passed on. */
  readonly ended: Promise<void>;
  /** Since when nothing has come, on the monotonic clock in milliseconds; undefined while the sink holds the pump back. */
  readonly silentSince: number | undefined;
}

/**
 * Passes an output on, chunk by chunk and in order. The next chunk is read when the sink has room, so a slow sink fills
 * the pipe and the process waits; nothing piles up here.
 *
 * @param mask blackens secrets, in the tail too
 */
export function pumpOutput(
  output: Readable,
  tail: OutputTail,
  sink: (chunk: Buffer) => Promise<void>,
  mask?: MaskStream,
): OutputPump {
  let silentSince: number | undefined = performance.now();
  const pass = async (chunk: Buffer) => {
    if (chunk.length === 0) return;
    tail.push(chunk);
    await sink(chunk);
  };
  const pump = async () => {
    try {
      for await (const chunk of output as AsyncIterable<Buffer>) {
        silentSince = undefined;
        await pass(mask === undefined ? chunk : mask.push(chunk));
        silentSince = performance.now();
      }
    } catch {
      // Cut off by its owner.
    }
    if (mask !== undefined) await pass(mask.end()).catch(() => undefined);
  };
  const ended = pump();
  return {
    ended,
    get silentSince() {
      return silentSince;
    },
  };
}

import type { Writable } from "node:stream";

/**
 * Waits until a grpc-js stream takes more, or until `gone` says that it never will. Ignoring the result of `write()`
 * instead would let a producer fill the memory while a slow reader reads.
 */
export function writable(stream: Writable, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done);
      gone.removeEventListener("abort", done);
      resolve();
    };
    if (gone.aborted || !stream.writableNeedDrain) return done();
    stream.on("drain", done);
    gone.addEventListener("abort", done, { once: true });
  });
}

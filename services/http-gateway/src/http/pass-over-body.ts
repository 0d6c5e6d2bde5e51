import type { IncomingMessage } from "node:http";

/** Longest wait for the rest of a body that nobody reads, in milliseconds. */
const patienceMs = 10_000;

/**
 * Reads what is left of a request's body and throws it away, up to some bytes; settles at once where nothing is left. To be
 * done before an answer that did not wait for the body: after it the connection may be closed, and a client that is still
 * writing then, or the proxy before it, finds a reset connection and no answer.
 */
export function passOverBody(request: IncomingMessage, drainBytes: number): Promise<void> | undefined {
  if (request.readableEnded || (request.complete && request.readableLength === 0)) return undefined;
  // Whoever paused it has seen that there is too much of it.
  if (request.destroyed || request.isPaused()) return undefined;
  return new Promise((resolve) => {
    let passed = 0;
    const settle = () => {
      clearTimeout(timer);
      request.off("data", onData).off("end", settle).off("error", settle).off("close", settle);
      resolve();
    };
    const onData = (chunk: Buffer) => {
      passed += chunk.length;
      if (passed <= drainBytes) return;
      request.pause();
      settle();
    };
    const timer = setTimeout(settle, patienceMs);
    request.on("data", onData).on("end", settle).on("error", settle).on("close", settle).resume();
  });
}

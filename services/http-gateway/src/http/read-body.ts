import type { IncomingMessage } from "node:http";
import { SwitchyardError } from "@switchyard/errors";

/** How much of a body is taken. */
export interface BodyLimits {
  /** The largest body in bytes that is accepted. */
  readonly maxBytes: number;
  /**
   * How much of a larger body is read and thrown away, in bytes, so that ordinary clients, which write first and read
   * later, see the answer and not a reset connection. Default 16 MiB.
   */
  readonly drainBytes?: number;
}

/** How much of a body that is refused is read, in bytes, where nothing is said about it. */
export const defaultDrainBytes = 16 * 1024 ** 2;

/**
 * Reads a request's body whole.
 *
 * @throws SwitchyardError `PAYLOAD_TOO_LARGE` once the rest of a larger body has been read or is hopelessly large;
 *   `CANCELLED` when the client went away
 */
export function readBody(
  request: IncomingMessage,
  { maxBytes, drainBytes = defaultDrainBytes }: BodyLimits,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let received = 0;
    const tooLarge = () =>
      new SwitchyardError("PAYLOAD_TOO_LARGE", `Request body is larger than ${maxBytes} bytes`, {
        limit: `${maxBytes}`,
      });
    const settle = (error: Error | undefined) => {
      request.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      if (error === undefined) resolve(Buffer.concat(chunks));
      else reject(error);
    };
    const onData = (chunk: Buffer) => {
      received += chunk.length;
      if (received <= maxBytes) chunks.push(chunk);
      else chunks = [];
      if (received <= drainBytes) return;
      request.pause();
      settle(tooLarge());
    };
    const onEnd = () => settle(received > maxBytes ? tooLarge() : undefined);
    const onGone = () => settle(new SwitchyardError("CANCELLED", "the client went away"));
    request.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
  });
}

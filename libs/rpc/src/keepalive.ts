/** When to ping a silent connection, so that a frozen peer is found. Without it, either side waits for ever. */
export interface Keepalive {
  /** Silence before a ping, in milliseconds. Default 20,000. */
  readonly timeMs?: number;
  /** How long the answer to a ping may take before the connection is dropped, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

/** The grpc-js options for a keepalive; they have the same names on server and client. */
export function keepaliveOptions({ timeMs = 20_000, timeoutMs = 10_000 }: Keepalive = {}): Record<string, number> {
  return {
    "grpc.keepalive_time_ms": timeMs,
    "grpc.keepalive_timeout_ms": timeoutMs,
    "grpc.keepalive_permit_without_calls": 1,
  };
}

/** The largest message that either side takes by default, in bytes: 4 MiB. */
export const defaultMaxMessageBytes = 4 * 1024 * 1024;

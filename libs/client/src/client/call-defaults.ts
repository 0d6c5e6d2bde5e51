import type { Transport } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import { isReadMethod, withRepeats } from "./repeat-calls.js";

type CallHeaders = Parameters<Transport["unary"]>[3];

/** What is added to every call. */
export interface CallDefaults {
  /** Sent as `authorization: Bearer <token>`; a function is asked for each call, so that a token can change. */
  readonly token?: string | (() => string | undefined);
  /** Deadline of unary calls that name none, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Whether unary reads that fail for what passes by itself are repeated, for about ten seconds. Default true. */
  readonly repeatReads?: boolean;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Waits before the repeats of a read, in milliseconds: together as long as a scheduler that is alone takes to be replaced on a cluster. */
const waitsMs = [30, 60, 120, 250, 500, 1_000, 2_000, 2_000, 2_000, 2_000, 2_000];

/**
 * Puts token and deadline on every call of a transport, and repeats its reads. Services refuse unary calls without a deadline; streams have none,
 * since they last as long as they are read.
 */
export function withCallDefaults(
  plain: Transport,
  { token, timeoutMs = 30_000, repeatReads = true, clock }: CallDefaults = {},
): Transport {
  const transport = repeatReads
    ? withRepeats(plain, { waitsMs, isRepeatable: isReadMethod, ...(clock && { clock }) })
    : plain;
  const headers = (header: CallHeaders): CallHeaders => {
    const value = typeof token === "function" ? token() : token;
    if (value === undefined || value === "") return header;
    const all = new Headers(header);
    if (!all.has("authorization")) all.set("authorization", `Bearer ${value}`);
    return all;
  };
  return {
    unary: (method, signal, callTimeoutMs, header, input, contextValues) =>
      transport.unary(method, signal, callTimeoutMs ?? timeoutMs, headers(header), input, contextValues),
    stream: (method, signal, callTimeoutMs, header, input, contextValues) =>
      transport.stream(method, signal, callTimeoutMs, headers(header), input, contextValues),
  };
}

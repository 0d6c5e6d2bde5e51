import type { ContextValues, HandlerContext } from "@connectrpc/connect";

/** What a middleware may replace for the steps behind it. */
export interface ContextOverrides {
  /** The signal that the handler watches. */
  readonly signal?: AbortSignal;
  /** Tells the remaining time in milliseconds. */
  readonly timeoutMs?: () => number | undefined;
  /** Per-call values, such as the caller's identity. */
  readonly values?: ContextValues;
}

/**
 * Returns a context that differs from `base` in the given points and shares the rest, response headers included.
 * Copying a context by spread would lose the parts that are made on first use.
 */
export function deriveContext(base: HandlerContext, overrides: ContextOverrides): HandlerContext {
  return {
    service: base.service,
    method: base.method,
    requestMethod: base.requestMethod,
    protocolName: base.protocolName,
    url: base.url,
    timeoutMs: overrides.timeoutMs ?? (() => base.timeoutMs()),
    get signal() {
      return overrides.signal ?? base.signal;
    },
    get requestHeader() {
      return base.requestHeader;
    },
    get responseHeader() {
      return base.responseHeader;
    },
    get responseTrailer() {
      return base.responseTrailer;
    },
    get values() {
      return overrides.values ?? base.values;
    },
  };
}

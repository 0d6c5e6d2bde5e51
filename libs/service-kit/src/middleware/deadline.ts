import type { ConnectError, HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { deadlineExceeded, deriveContext, type RpcMiddleware } from "@switchyard/rpc";

/** What happens to calls that name no deadline. */
export interface DeadlineOptions {
  /** The deadline that they get, in milliseconds. Default 30,000; longer than the longest poll of the service. */
  readonly defaultMs?: number;
  /** Refuse them instead, with INVALID_ARGUMENT. Default false. */
  readonly requireDeadline?: boolean;
}

/**
 * Gives unary calls without a deadline the default one: their signal aborts and the caller is answered DEADLINE_EXCEEDED,
 * whether the handler heeds the signal or not. Streams are exempt: a tail may live for days.
 */
export function createDeadlineMiddleware({
  defaultMs = 30_000,
  requireDeadline = false,
}: DeadlineOptions = {}): RpcMiddleware {
  return ({ method, context }, next) => {
    if (method.methodKind !== "unary" || context.timeoutMs() !== undefined) return next();
    if (requireDeadline && context.protocolName !== "memory") {
      throw new SwitchyardError("INVALID_ARGUMENT", "the call needs a deadline", { field: "grpc-timeout" });
    }
    return withDeadline(context, defaultMs, next);
  };
}

function withDeadline(
  context: HandlerContext,
  ms: number,
  next: (context: HandlerContext) => Promise<void>,
): Promise<void> {
  const deadline = Date.now() + ms;
  let late: ConnectError | undefined;
  let expired: AbortController | undefined;
  let linked: AbortSignal | undefined;
  const inner = deriveContext(context, {
    timeoutMs: () => deadline - Date.now(),
    // Made on first use, as most handlers never ask.
    get signal() {
      if (linked !== undefined) return linked;
      expired = new AbortController();
      if (late !== undefined) expired.abort(late);
      linked = AbortSignal.any([context.signal, expired.signal]);
      return linked;
    },
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late = deadlineExceeded();
      expired?.abort(late);
      reject(late);
    }, ms);
    const finish = async () => {
      try {
        await next(inner);
      } finally {
        clearTimeout(timer);
      }
    };
    finish().then(resolve, reject);
  });
}

import { type Clock, sleep, systemClock } from "@switchyard/clock";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { isRetryable, reasonOf } from "@switchyard/errors";

/** Which calls are repeated, and when. */
export interface RepeatsOptions {
  /** Longest waits before the repeats, in milliseconds; as many repeats as there are waits. Each is cut by up to a half, so that callers spread. */
  readonly waitsMs: readonly number[];
  /** Whether a method, by its name, may be called again when the effect of a call is unknown. */
  readonly isRepeatable: (method: string) => boolean;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** The standard names of methods that change nothing (Google AIP-130), and ours. */
const readMethods = /^(Get|List|BatchGet|Search|Read|Lookup|Explain|Aggregate|Peek)[A-Z]/;

/** Tells whether a method only reads, by its name. */
export function isReadMethod(method: string): boolean {
  return readMethods.test(method);
}

/**
 * Repeats unary calls that failed for what passes by itself: a service that restarts, a shard between two owners. A refusal as NOT_OWNER changed
 * nothing, so that any call is repeated after it. All tries share the
 * call's one deadline; after the last one the service's own error stands.
 */
export function withRepeats(transport: Transport, options: RepeatsOptions): Transport {
  const { waitsMs, isRepeatable, clock = systemClock } = options;
  return {
    stream: transport.stream.bind(transport),
    async unary(method, signal, timeoutMs, ...rest) {
      const endsAt = clock.monotonicMs() + (timeoutMs ?? Number.POSITIVE_INFINITY);
      for (let repeat = 0; ; repeat += 1) {
        const leftMs = timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(endsAt - clock.monotonicMs()));
        try {
          return await transport.unary(method, signal, leftMs, ...rest);
        } catch (error) {
          const waitMs = waitsMs[repeat];
          if (waitMs === undefined || !isPassing(error, signal)) throw error;
          if (!isRepeatable(method.name) && !changedNothing(error)) throw error;
          if (clock.monotonicMs() + waitMs >= endsAt) throw error;
          await sleep(clock, waitMs * (0.5 + Math.random() / 2), signal);
        }
      }
    },
  };
}

/** The replica that would have had to act was not the owner of the shard: any call may be made again. */
function changedNothing(error: unknown): boolean {
  return reasonOf(error) === "NOT_OWNER";
}

/** Full is not away: a caller that is told to slow down must hear of it. */
function isPassing(error: unknown, signal: AbortSignal | undefined): boolean {
  return isRetryable(error, signal) && ConnectError.from(error).code !== Code.ResourceExhausted;
}

import type { DiagLogger } from "@opentelemetry/api";
import type { Logger } from "pino";

/** A receiver that is away fails every few seconds; it is told of so often at most, in milliseconds. */
const quietMs = 60_000;

/** Takes what the SDK has to say about itself into the log: that spans cannot be sent, at most once a minute. */
export function exportTroubleLog(logger: Logger, now: () => number = Date.now): DiagLogger {
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (message: string) => {
    if (now() - saidAt < quietMs) return;
    saidAt = now();
    logger.warn({ problem: message.slice(0, 500) }, "traces cannot be sent");
  };
  const nothing = () => undefined;
  return { error: say, warn: nothing, info: nothing, debug: nothing, verbose: nothing };
}

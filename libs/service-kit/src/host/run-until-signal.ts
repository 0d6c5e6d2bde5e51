import type { Logger } from "pino";
import { stopTelemetry } from "../telemetry/start-telemetry.js";

/** What to run, and how long its end may take. */
export interface RunUntilSignalOptions {
  /** Returns when everything answers. */
  readonly start: () => Promise<void>;
  /** Drains and returns when everything has ended; also called when `start` has failed. */
  readonly stop: () => Promise<void>;
  /** Settles when what runs has ended by itself, and the process with it: with code 0, or 1 when it rejects. Default: never. */
  readonly ended?: Promise<unknown>;
  readonly logger: Logger;
  /** After this time the process ends with code 1, stopped or not, in milliseconds. Default 60,000; above the sum of all graces. */
  readonly graceMs?: number;
  /** The process; replaced in tests. */
  readonly host?: SignalHost;
}

/** The part of `process` that is needed. */
export interface SignalHost {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * Runs a service until SIGTERM or SIGINT, or until it ends by itself, then stops it and exits with code 0. A second signal exits with 1 at once. A
 * failed start, a failed stop, and an error that nobody caught exit with 1 after the stop has been tried: state in
 * memory is not to be trusted then. Traces that were not sent yet go last.
 */
export async function runUntilSignal({
  start,
  stop,
  ended,
  logger,
  graceMs = 60_000,
  host = process as SignalHost,
}: RunUntilSignalOptions): Promise<void> {
  let ending: Promise<void> | undefined;
  let gaveUp = false;

  const end = async (code: number): Promise<void> => {
    const timer = setTimeout(() => {
      logger.fatal({ graceMs }, "the stop takes too long");
      host.exit(1);
    }, graceMs);
    let result = code;
    try {
      await stop();
      // While it was stopped, too.
      if (gaveUp) result = 1;
    } catch (error) {
      logger.fatal({ err: error }, "the stop failed");
      result = 1;
    }
    await stopTelemetry();
    clearTimeout(timer);
    for (const [event, listener] of listeners) host.off(event, listener);
    host.exit(result);
  };
  const onSignal = (signal: unknown) => {
    if (ending !== undefined) {
      logger.warn({ signal }, "second signal: leaving at once");
      return host.exit(1);
    }
    logger.info({ signal }, "stopping");
    ending = end(0);
  };
  const onFault = (error: unknown) => {
    logger.fatal({ err: error }, "an error that nobody caught");
    ending ??= end(1);
  };
  const listeners: readonly [string, (value: unknown) => void][] = [
    ["SIGTERM", onSignal],
    ["SIGINT", onSignal],
    ["uncaughtException", onFault],
    ["unhandledRejection", onFault],
  ];
  for (const [event, listener] of listeners) host.on(event, listener);
  ended?.then(
    () => {
      ending ??= end(0);
    },
    (error: unknown) => {
      logger.fatal({ err: error }, "what runs here gave up");
      gaveUp = true;
      ending ??= end(1);
    },
  );

  try {
    await start();
  } catch (error) {
    logger.fatal({ err: error }, "the start failed");
    ending ??= end(1);
  }
  await ending;
}

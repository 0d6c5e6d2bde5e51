import { type DestinationStream, type Logger, pino } from "pino";
import { callFields } from "./telemetry/call-fields.js";

export type { Logger } from "pino";

/** How a service logs. */
export interface LoggerOptions {
  /** The service's name, on every line. */
  readonly name: string;
  /** `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`. Default: `LOG_LEVEL` of the environment, else `info`. */
  readonly level?: string;
  /** Where lines go. Default: standard output. */
  readonly destination?: DestinationStream;
}

const secretNames = ["token", "authorization", "password", "secret", "apiKey", "credential", "cookie"];

/** Makes a logger of JSON lines; a line that is written within a trace names it. Fields that carry secrets, by name and up to two levels deep, are blackened. */
export function createLogger({ name, level = process.env.LOG_LEVEL || "info", destination }: LoggerOptions): Logger {
  const paths = secretNames.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]);
  const options = { name, level, redact: { paths, censor: "[redacted]" }, mixin: callFields };
  return destination === undefined ? pino(options) : pino(options, destination);
}

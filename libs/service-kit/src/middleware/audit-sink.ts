import { destination, type Logger, pino } from "pino";

/** Writes one line of the audit log. */
export type AuditSink = (fields: Readonly<Record<string, unknown>>) => void;

/** Where audit lines go. */
export interface AuditSinkOptions {
  /** The service's log, where lines have level `info`. */
  readonly logger: Logger;
  /** A file to append them to as well, whatever the log's level; made when it is not there, readable by its owner only. */
  readonly path?: string | undefined;
}

/**
 * Opens the audit log. Lines are handed to the operating system before the call is answered: administrative acts are few, and
 * one that was confirmed must not be missing after a crash of the process.
 *
 * @throws Error when the file cannot be opened
 */
export function openAuditSink({ logger, path }: AuditSinkOptions): AuditSink {
  const sinks = [logger.child({ audit: true })];
  if (path !== undefined) {
    const file = destination({ dest: path, append: true, mkdir: true, sync: true, mode: 0o600 });
    file.on("error", (error: Error) => logger.error({ err: error, path }, "the audit log cannot be written"));
    const base = { ...logger.bindings(), audit: true };
    sinks.push(pino({ base, timestamp: pino.stdTimeFunctions.isoTime }, file));
  }
  return (fields) => {
    for (const sink of sinks) sink.info(fields, "administrative act");
  };
}

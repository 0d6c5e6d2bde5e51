import type { Client } from "@connectrpc/connect";
import type { LogRecord, LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { anySignal } from "../any-signal.js";
import type { Attempts } from "./attempts.js";
import { type TailAttemptOptions, tailAttempt } from "./tail-attempt.js";

/** How the logs of a job's attempts are read, one after the other. */
export interface TailAttemptsOptions extends Omit<TailAttemptOptions, "attempt"> {
  /** The first attempt to read. `fromSequence` and `places` are its; later ones are read from their beginning. */
  readonly firstAttempt: number;
  /** How long to wait for more of an attempt that has ended and whose log is not sealed yet, in milliseconds. */
  readonly sealPatienceMs: number;
}

/** The same for an attempt that the job's end took away: only an append that was under way may still come. */
const revokedPatienceMs = 500;

/** Yields the log of each attempt until the job has ended and its last attempt's log too. */
export async function* tailAttempts(
  logs: Client<typeof LogService>,
  attempts: Attempts,
  { places, ...options }: TailAttemptsOptions,
): AsyncGenerator<LogRecord> {
  for (let attempt = options.firstAttempt; ; attempt++) {
    while (attempts.newest < attempt) {
      if (attempts.over) return;
      options.signal?.throwIfAborted();
      await attempts.changed();
    }
    const isFirst = attempt === options.firstAttempt;
    const begin = isFirst ? (places === undefined ? {} : { places }) : { fromSequence: 0n };
    yield* tailUntilQuiet(logs, attempts, { ...options, attempt, ...begin }, options.sealPatienceMs);
  }
}

/** One attempt's log; given up when the attempt has ended and nothing, not even the seal, has come for a while. */
async function* tailUntilQuiet(
  logs: Client<typeof LogService>,
  attempts: Attempts,
  options: TailAttemptOptions,
  patienceMs: number,
): AsyncGenerator<LogRecord> {
  const quiet = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let done = false;
  const arm = () => {
    clearTimeout(timer);
    if (attempts.endedUpTo < options.attempt) return;
    const waitMs = attempts.revoked ? Math.min(revokedPatienceMs, patienceMs) : patienceMs;
    timer = setTimeout(() => quiet.abort(), waitMs);
  };
  const watchEnd = async () => {
    while (!done && attempts.endedUpTo < options.attempt) await attempts.changed();
    if (!done) arm();
  };
  void watchEnd();
  const signal = options.signal === undefined ? quiet.signal : anySignal([options.signal, quiet.signal]);
  try {
    for await (const record of tailAttempt(logs, { ...options, signal })) {
      // A reader that takes its time is no silence of the log.
      clearTimeout(timer);
      yield record;
      arm();
    }
  } catch (error) {
    if (!quiet.signal.aborted || options.signal?.aborted) throw error;
  } finally {
    done = true;
    clearTimeout(timer);
  }
}

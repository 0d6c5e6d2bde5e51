import { SwitchyardError } from "@switchyard/errors";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { createAttempts } from "./attempts.js";
import { type FollowServices, followJob } from "./follow-job.js";
import { type LogFilterInit, tailAttempt } from "./tail-attempt.js";
import { watchJob } from "./watch-job.js";

/** Which log is followed, and how. */
export interface FollowLogOptions {
  readonly namespace: string;
  readonly jobId: string;
  /** The attempt. Default: the newest one, waiting for the first; with `nextAttempts`: the first. */
  readonly attempt?: number;
  /** Only this stream. Default: all of the attempt, merged as they come. A single stream resumes more cheaply. */
  readonly stream?: string;
  /** First sequence number; of several streams, each from there. Default 0. */
  readonly fromSequence?: bigint;
  /** Streams of the first attempt that begin elsewhere, by name. */
  readonly places?: ReadonlyMap<string, bigint>;
  /** Only these entries. Default: all. */
  readonly filter?: LogFilterInit;
  /** Go on with the attempts that follow, until the job has ended. Default no. */
  readonly nextAttempts?: boolean;
  /** As in `followJob`; only with `nextAttempts`. */
  readonly sealPatienceMs?: number;
  /** Ends the iteration, which throws its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Yields log entries until the log is sealed, resuming after broken streams without loss or repeats.
 *
 * @throws SwitchyardError `JOB_NOT_FOUND`, `LOG_NOT_FOUND`, and whatever else no repeat can mend
 */
export async function* followLog(services: FollowServices, options: FollowLogOptions): AsyncGenerator<LogRecord> {
  const { attempt, nextAttempts, ...rest } = options;
  if (nextAttempts) {
    const updates = followJob(services, attempt === undefined ? rest : { ...rest, firstAttempt: attempt });
    for await (const update of updates) if (update.type === "log") yield update.record;
    return;
  }
  yield* tailAttempt(services.logs, {
    ...rest,
    stream: rest.stream ?? "",
    fromSequence: rest.fromSequence ?? 0n,
    attempt: attempt ?? (await newestAttempt(services, options)),
  });
}

/** The newest attempt, or the first one as soon as there is one. */
async function newestAttempt(
  { jobs }: FollowServices,
  { namespace, jobId, signal }: FollowLogOptions,
): Promise<number> {
  const attempts = createAttempts();
  for await (const update of watchJob(jobs, namespace, jobId, signal === undefined ? {} : { signal })) {
    attempts.observe(update);
    if (attempts.newest > 0) return attempts.newest;
  }
  throw new SwitchyardError("ATTEMPT_NOT_FOUND", `job ${jobId} ended without an attempt`, { job_id: jobId });
}

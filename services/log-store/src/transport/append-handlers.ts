import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import type { Mask } from "@switchyard/masking";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import {
  type LogService,
  type StreamAppend,
  type StreamAppendResult,
  StreamAppendResultSchema,
} from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { Appender } from "../domain/append/appender.js";
import type { AppendWish } from "../domain/append/decide-append.js";
import { countOf, type Draft, sizeOf } from "../domain/append/draft.js";
import { createMasks } from "../domain/append/masks.js";
import { refusalOf } from "../domain/append/refusal.js";
import type { TextReplacer } from "../domain/append/replace-text.js";
import { toStorageError } from "../domain/storage-error.js";
import type { StreamKey } from "../model/stream-key.js";
import { checkAttempt, checkCount, checkName, checkRef, invalid, sequenceOf } from "./check.js";
import { draftOf } from "./draft-from-proto.js";
import { checkNamespace } from "./namespace.js";

const MAX_APPENDS = 1_000;

const MAX_SECRETS = 100;
/** Of all secrets of an append together. */
const MAX_SECRET_CHARACTERS = 64 * 1024;

type MaskFor = (secrets: readonly string[]) => Mask;

interface Job {
  readonly key: StreamKey;
  readonly draft: Draft;
  readonly wish: AppendWish;
  readonly mask: Mask | undefined;
}

/** Serves the calls that add to streams. */
export function appendHandlers(
  appender: Appender,
  replacer: TextReplacer,
  now: () => number,
): Pick<ServiceImpl<typeof LogService>, "appendLog" | "replaceLogText"> {
  const maskFor = createMasks();
  return {
    async appendLog({ namespace, appends }, context) {
      checkNamespace(context, "namespace", namespace);
      checkCount("appends", appends, MAX_APPENDS);
      const nowMs = now();
      const jobs = appends.map((append) => jobOf(namespace, append, nowMs, maskFor));
      appender.admit(jobs.reduce((bytes, job) => bytes + (job instanceof SwitchyardError ? 0 : sizeOf(job.draft)), 0));
      const results = await Promise.all(jobs.map((job) => resultOf(appender, job)));
      // When nothing at all could be written the call itself has failed, which is what callers' retries look at.
      const failures = results.filter((result) => result instanceof SwitchyardError);
      const outage = failures.find(({ reason }) => reason === "STORAGE_UNAVAILABLE" || reason === "SHUTTING_DOWN");
      if (outage !== undefined && failures.length === results.length) throw outage;
      return { results: results.map((result) => (result instanceof SwitchyardError ? failed(result) : result)) };
    },
    async replaceLogText({ stream: ref, text }, context) {
      const { namespace, jobId, attempt, stream } = checkRef(ref);
      checkNamespace(context, "stream.namespace", namespace);
      if (stream === "") throw invalid("stream.stream", "is empty");
      const replaced = await replacer.replace({ namespace, jobId, attempt, stream }, text).catch((error: unknown) => {
        throw toStorageError(error);
      });
      return { nextSequence: BigInt(replaced.nextSequence), reset: replaced.reset };
    },
  };
}

/** What one append of a call asks for; the error when it cannot be served, which leaves the others alone. */
function jobOf(namespace: string, item: StreamAppend, nowMs: number, maskFor: MaskFor): Job | SwitchyardError {
  try {
    const { jobId, attempt, append, secrets } = item;
    checkName("job_id", jobId);
    checkAttempt("attempt", attempt);
    if (append === undefined) throw invalid("append", "is not set");
    checkName("append.stream", append.stream);
    const expected = append.expectedSequence;
    const draft = draftOf(append, nowMs);
    return {
      key: { namespace, jobId, attempt, stream: append.stream },
      draft,
      mask: secrets.length === 0 ? undefined : maskFor(checkSecrets(secrets)),
      wish: {
        expected: expected === undefined ? undefined : sequenceOf("append.expected_sequence", expected),
        count: countOf(draft),
        allowGap: append.allowGap,
      },
    };
  } catch (error) {
    if (error instanceof SwitchyardError) return error;
    throw error;
  }
}

function checkSecrets(secrets: readonly string[]): readonly string[] {
  checkCount("secrets", secrets, MAX_SECRETS);
  if (secrets.reduce((sum, { length }) => sum + length, 0) > MAX_SECRET_CHARACTERS)
    throw invalid("secrets", `has more than ${MAX_SECRET_CHARACTERS} characters`);
  return secrets;
}

async function resultOf(appender: Appender, job: Job | SwitchyardError): Promise<StreamAppendResult | SwitchyardError> {
  if (job instanceof SwitchyardError) return job;
  try {
    const outcome = await appender.append(job.key, job.draft, job.wish, job.mask);
    if (outcome.kind === "refused") return failed(refusalOf(job.key, outcome.reason, outcome.nextSequence));
    return create(StreamAppendResultSchema, {
      firstSequence: BigInt(outcome.firstSequence),
      nextSequence: BigInt(outcome.nextSequence),
    });
  } catch (error) {
    return toStorageError(error);
  }
}

function failed({ reason, message, metadata }: SwitchyardError): StreamAppendResult {
  const next = metadata.next_sequence;
  return create(StreamAppendResultSchema, {
    reason: ErrorReason[reason],
    message,
    ...(next === undefined ? {} : { nextSequence: BigInt(next) }),
  });
}

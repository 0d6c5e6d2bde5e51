import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { SwitchyardError } from "@switchyard/errors";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { Outcome, StreamLength } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { durationToMs } from "../domain/durations.js";

/** Ids of runners, as the contract says. */
const runnerIdPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const controlCharacter = /[\u0000-\u001f\u007f]/;

/** The name of a field; of an item of a batch a function, since hardly any is ever needed. */
export type FieldName = string | (() => string);

/** The error of a field that the contract does not allow. */
export function invalid(field: FieldName, what: string): SwitchyardError {
  const name = typeof field === "string" ? field : field();
  return new SwitchyardError("INVALID_ARGUMENT", `${name} ${what}`, { field: name });
}

/** The name of a field inside of another one. */
function inside(field: FieldName, name: string): FieldName {
  return () => `${typeof field === "string" ? field : field()}.${name}`;
}

/** Refuses a text that is empty, longer than `maxBytes`, or has control characters. */
export function checkWord(value: string, field: FieldName, maxBytes = 255): void {
  if (!isWord(value, maxBytes)) throw noWord(value, field, maxBytes);
}

/** Refuses labels whose names are no words, or whose values are too long for one; a value may be empty. */
export function checkLabels(labels: Readonly<Record<string, string>>, field: string): void {
  for (const [name, value] of Object.entries(labels)) {
    checkWord(name, field);
    if (value !== "") checkWord(value, `${field}.${name}`, 1_024);
  }
}

function isWord(value: string, maxBytes = 255): boolean {
  // No character has more than three bytes, so that short texts need no counting.
  const fits = value.length * 3 <= maxBytes || Buffer.byteLength(value) <= maxBytes;
  return value !== "" && fits && !controlCharacter.test(value);
}

function noWord(value: string, field: FieldName, maxBytes = 255): SwitchyardError {
  if (value === "") return invalid(field, "is missing");
  if (Buffer.byteLength(value) > maxBytes) return invalid(field, `is longer than ${maxBytes} bytes`);
  return invalid(field, "has control characters");
}

/** Refuses what cannot be the id of a runner. */
export function checkRunnerId(value: string, field: FieldName = "runner_id"): void {
  if (!runnerIdPattern.test(value)) {
    throw invalid(field, "must begin with a letter or digit and hold only those and . _ : -, 255 at most");
  }
}

/** Refuses what cannot begin a token; empty is the gateway's own beginning. */
export function checkTokenPrefix(value: string, field: string): void {
  if (value !== "" && !/^[A-Za-z0-9._~-]{1,32}$/.test(value)) {
    throw invalid(field, "may hold 32 letters, digits, and . _ ~ -");
  }
}

/** Refuses a span that is negative, not a number of the contract, or longer than `maxMs`. */
export function checkDuration(value: Duration | undefined, field: string, maxMs: number): void {
  if (value === undefined) return;
  const ms = durationToMs(value);
  if (value.nanos < 0 || value.nanos > 999_999_999 || ms < 0) throw invalid(field, "is negative or malformed");
  if (ms > maxMs) throw invalid(field, `is longer than ${maxMs / 1000} s`);
}

/** Refuses a moment outside of the years 1 to 9999. */
export function checkTime(value: Timestamp | undefined, field: string): void {
  if (value === undefined) return;
  const inYears = value.seconds >= -62_135_596_800n && value.seconds <= 253_402_300_799n;
  if (!inYears || value.nanos < 0 || value.nanos > 999_999_999) throw invalid(field, "is not a time");
}

/** Refuses bytes over a limit. */
export function checkSize(bytes: Uint8Array | undefined, field: string, limit: number): void {
  if (bytes === undefined || bytes.length <= limit) return;
  throw new SwitchyardError("PAYLOAD_TOO_LARGE", `${field} has ${bytes.length} bytes; ${limit} are allowed`, {
    field,
    limit: String(limit),
  });
}

/** Refuses a list with fewer or more items. */
export function checkCount(count: number, field: string, min: number, max: number): void {
  if (count < min || count > max) throw invalid(field, `has ${count} items; ${min} to ${max} are allowed`);
}

/**
 * Refuses a reference that names no attempt. A holder must be the calling runner: nobody writes in another one's name.
 *
 * @param runnerId the calling runner; empty when it does not say
 */
export function checkAttempt(ref: AttemptRef | undefined, field: FieldName, runnerId: string): void {
  if (ref === undefined) throw invalid(field, "is missing");
  const { jobId, by } = ref;
  if (!isWord(jobId)) throw noWord(jobId, inside(field, "job_id"));
  if (by.case === "holder") {
    checkRunnerId(by.value, inside(field, "holder"));
    if (runnerId !== "" && by.value !== runnerId) throw invalid(inside(field, "holder"), "is not the calling runner");
  } else if (by.case !== "attempt" || by.value === 0) {
    throw invalid(inside(field, "attempt"), "is missing");
  }
}

/**
 * Refuses an outcome whose streams cannot be sealed as it says; all else about it is the scheduler's to judge. Checked before
 * the outcome is taken, since afterwards there would be nobody to tell.
 */
export function checkOutcomeStreams(outcome: Outcome | undefined, field: FieldName): void {
  if (outcome === undefined || outcome.streams.length === 0) return;
  outcome.streams.forEach(({ stream, length }: StreamLength, index) => {
    checkWord(stream, inside(field, `streams[${index}].stream`));
    if (length < 0n) throw invalid(inside(field, `streams[${index}].length`), "is negative");
  });
}

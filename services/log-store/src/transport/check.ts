import { SwitchyardError } from "@switchyard/errors";
import type { LogStreamRef } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { maxNumber } from "./numbers.js";

/** Largest attempt number. */
const MAX_ATTEMPT = 2 ** 31 - 1;
// Control characters, and surrogates that stand alone: neither can be told apart or shown.
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
/** What nearly all names are made of; found faster than what no name may have. */
const PLAIN = /^[ -~]*$/;

/** The error of a field whose value the contract does not allow. */
export function invalid(field: string, problem: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `${field} ${problem}`, { field });
}

/** Checks a name: 1 to 255 bytes without control characters. */
export function checkName(field: string, name: string): void {
  const problem = problemOf(name);
  if (problem !== undefined) throw invalid(field, problem);
}

/** Whether a value is what {@link checkName} lets pass. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && problemOf(value) === undefined;
}

function problemOf(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.length > 255 || (name.length > 85 && Buffer.byteLength(name) > 255)) return "is longer than 255 bytes";
  return !PLAIN.test(name) && UNPRINTABLE.test(name) ? "has control characters" : undefined;
}

/** Checks an attempt number, from 1. */
export function checkAttempt(field: string, attempt: number): void {
  if (!isAttempt(attempt)) throw invalid(field, `is not between 1 and ${MAX_ATTEMPT}`);
}

/** Whether a value is an attempt number. */
export function isAttempt(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_ATTEMPT;
}

/** Checks that a list has at most so many items. */
export function checkCount(field: string, items: readonly unknown[], most: number): void {
  if (items.length > most) throw invalid(field, `has more than ${most} items`);
}

/** Reads a sequence number or a length. */
export function sequenceOf(field: string, value: bigint): number {
  if (value < 0n || value > BigInt(maxNumber)) throw invalid(field, `is not between 0 and ${maxNumber}`);
  return Number(value);
}

/** Reads a page size: 0 is the default. */
export function pageSizeOf(value: number, byDefault: number, most: number): number {
  if (value > most) throw invalid("page_size", `is more than ${most}`);
  return value === 0 ? byDefault : value;
}

/** Checks the names in a reference; `stream` and `attempt` may be unset where many are meant. */
export function checkRef(ref: LogStreamRef | undefined): LogStreamRef {
  if (ref === undefined) throw invalid("stream", "is not set");
  checkName("stream.namespace", ref.namespace);
  checkName("stream.job_id", ref.jobId);
  if (ref.stream !== "") checkName("stream.stream", ref.stream);
  if (ref.stream !== "" || ref.attempt !== 0) checkAttempt("stream.attempt", ref.attempt);
  return ref;
}

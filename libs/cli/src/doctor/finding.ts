import { catalogue, type Reason } from "@switchyard/errors";
import { describeFailure } from "../output/error-text.js";
import { printable } from "../output/printable.js";
import { paint, type Tone } from "../output/tone.js";

/** What a check found: it is well, somebody should look, it is broken, or it could not be looked at. */
export type Verdict = "ok" | "warn" | "fail" | "skip";

/** One thing that was found. */
export interface Finding {
  readonly verdict: Verdict;
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** All is well. */
export function ok(message: string): Finding {
  return { verdict: "ok", message };
}

/** Somebody should look. */
export function warn(message: string, advice: string): Finding {
  return { verdict: "warn", message, advice };
}

/** Something is broken. */
export function fail(message: string, advice: string): Finding {
  return { verdict: "fail", message, advice };
}

/** It could not be looked at. */
export function skip(message: string): Finding {
  return { verdict: "skip", message };
}

/** What the catalogue says to a caller, who would ask again, is not what it says to whoever looks after the system. */
const advices: Partial<Readonly<Record<Reason, string>>> = {
  DEADLINE_EXCEEDED: "The service took the question and gave no answer: look at its log, and at its database.",
  STORAGE_UNAVAILABLE: "Look at PostgreSQL, and at the service's DATABASE_URL.",
};

/** A call failed; the advice is that of the error's reason unless a better one is known. */
export function failedCall(what: string, error: unknown, advice?: string): Finding {
  const { reason, message } = describeFailure(error);
  return fail(`${what}: ${reason}: ${message}`, advice ?? advices[reason] ?? catalogue[reason].help);
}

const tones: Readonly<Record<Verdict, Tone>> = { ok: "green", warn: "yellow", fail: "red", skip: "gray" };
const words: Readonly<Record<Verdict, string>> = { ok: "ok", warn: "warn", fail: "FAIL", skip: "-" };

/** A finding as one line, and a second one with what to do. */
export function findingText(check: string, { verdict, message, advice }: Finding, colors: boolean): string {
  const word = paint(words[verdict].padEnd(4), tones[verdict], colors);
  const line = `${word}  ${check.padEnd(14)}  ${printable(message)}\n`;
  return advice === undefined ? line : `${line}${" ".repeat(22)}${printable(advice)}\n`;
}

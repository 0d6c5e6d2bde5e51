import { constants } from "node:os";
import { durationMs, sizeBytes } from "@switchyard/service-kit";
import { z } from "zod";
import { parseArgument, parseTemplate } from "./template.js";

/** A duration, as milliseconds: `90s`, `5m`; a bare number counts seconds, as in the input of process jobs. */
export const duration = z
  .preprocess((value) => (/^\d+(?:\.\d+)?$/.test(String(value)) ? `${value}s` : value), durationMs())
  .refine((ms) => ms > 0 && ms <= 30 * 24 * 3_600_000, "expected more than 0 and at most 30 days");

/** A size, as bytes: `512MiB`, or a number of bytes. */
export const size = z
  .preprocess((value) => (typeof value === "number" ? String(value) : value), sizeBytes())
  .refine((bytes) => bytes > 0, "expected more than 0");

/** A whole number above 0. */
export const count = z.int().min(1);

/** A path, read from the file's directory. */
export const path = z.string().min(1).refine(hasNoNul, "must not contain NUL");

/** A path below a directory. */
export const innerPath = path.refine(
  (text) => !text.startsWith("/") && !text.split("/").includes(".."),
  "expected a path below the work directory",
);

/** A name of an environment variable, one that shells take too. */
export const variableName = z.string().regex(/^[A-Za-z_]\w*$/, "expected a name of a variable");

/** A text with placeholders; numbers and truth values are texts too. */
export const template = readBy(parseTemplate);

/** An entry of a command. */
export const argument = readBy(parseArgument);

/** Exit codes by what they mean. */
export const codes = verdicts(z.int().min(0).max(255));

/** Signals by what they mean. */
export const signals = verdicts(z.enum(Object.keys(constants.signals), "expected a signal such as SIGKILL"));

/** Reads a scalar by one schema and everything else by another, so that the problems told are those of what was meant. */
export function scalarOr<Scalar extends z.ZodType, Other extends z.ZodType>(scalar: Scalar, other: Other) {
  return z.unknown().transform((value, context): z.output<Scalar> | z.output<Other> => {
    const result = (typeof value === "object" && value !== null ? other : scalar).safeParse(value);
    if (result.success) return result.data;
    for (const { message, path: inside } of result.error.issues)
      context.addIssue({ code: "custom", message, path: [...inside] });
    return z.NEVER;
  });
}

function readBy<T>(parse: (text: string) => T) {
  return z.union([z.string(), z.number(), z.boolean()], "expected a text").transform((value, context): T => {
    const text = String(value);
    try {
      if (!hasNoNul(text)) throw new Error("must not contain NUL");
      return parse(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  });
}

function verdicts<Key extends z.ZodType>(key: Key) {
  const list = z.array(key).optional();
  return z
    .strictObject({ success: list, retryable: list, fatal: list, other: z.enum(["retryable", "fatal"]).optional() })
    .superRefine(({ success = [], retryable = [], fatal = [] }, context) => {
      const all = [...success, ...retryable, ...fatal];
      const twice = all.find((one, at) => all.indexOf(one) !== at);
      if (twice !== undefined) context.addIssue({ code: "custom", message: `${String(twice)} stands there twice` });
    });
}

function hasNoNul(text: string): boolean {
  return !text.includes("\0");
}

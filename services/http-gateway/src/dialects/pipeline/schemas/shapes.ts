import { answer, body, flag, nullable, text } from "./common.js";

// Pieces that the schemas of the document endpoints are put together from, beside the common ones.

/** A text, or null. */
export const nullableText = nullable("string");

/** A number, or null. */
export const nullableNumber = nullable("number");

/** A whole number. */
export const whole = { type: "integer" };

/** An object of which the document says no more, or null. */
export const anyObjectOrNull = { ...nullable("object"), additionalProperties: true };

/** A whole number in a path. */
export const wholeText = { type: "string", pattern: "^-?[0-9]{1,9}$" };

/** A path with these parameters, which may be any text. */
export const pathOf = (...names: readonly string[]) =>
  body(Object.fromEntries(names.map((name) => [name, text])), names);

/** An answer that says whether it went well, with more members. */
export const successWith = (properties: Readonly<Record<string, object>>) => answer({ success: flag, ...properties });

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { isDateTime } from "../json/date-time.js";
import { type JsonDocument, type JsonFault, maxJsonDepth, parseJson } from "../json/parse-json.js";

/** What does not fit, and where. */
export interface Finding {
  readonly part: "body" | "query" | "path";
  /** Members and indexes down to the value; to the missing one for `missing`. */
  readonly path: readonly (string | number)[];
  /** `missing`, `json_invalid`, or the keyword of the schema. */
  readonly keyword: string;
  readonly message: string;
}

/** A schema with this member takes a request without a body, as one with the body `{}`. */
export const optionalBody = { "x-optional-body": true } as const;

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictRequired: false });
ajv.addFormat("date-time", { type: "string", validate: isDateTime });
ajv.addVocabulary(Object.keys(optionalBody));

/**
 * Makes the check of requests against the schemas of their routes. A body arrives as bytes and leaves as a
 * `JsonDocument`; it is parsed here and not before, since a bad path is told first. Whole numbers of a query become
 * numbers, one of type array keeps every value; nothing else is converted.
 *
 * @param refuse makes the dialect's error of what was found; the list is not empty. `value` is what was looked at, undefined
 *   for a body that is no JSON
 */
export function schemaCheck(
  refuse: (findings: readonly Finding[], value: unknown) => Error,
): FastifySchemaCompiler<object> {
  return ({ schema, httpPart }) => {
    const validate = ajv.compile(schema);
    const answer = (found: Checked) =>
      "findings" in found ? { error: refuse(found.findings, found.data) } : { value: found.value };
    if (httpPart === "body") {
      const optional = "x-optional-body" in schema;
      return (data: unknown) => answer(checkBody(validate, data, optional));
    }
    if (httpPart === "querystring") return (data: unknown) => answer(checkQuery(validate, schema, data));
    return (data: unknown) => answer(check(validate, data, "path", data));
  };
}

type Checked = { readonly findings: readonly Finding[]; readonly data: unknown } | { readonly value: unknown };

const faultText: Readonly<Record<JsonFault, string>> = {
  encoding: "is not UTF-8",
  syntax: "is not valid JSON",
  depth: `is nested more than ${maxJsonDepth} levels deep`,
};

const emptyObject: JsonDocument = { text: "{}", value: {} };

function checkBody(validate: ValidateFunction, data: unknown, optional: boolean): Checked {
  if (!(data instanceof Uint8Array) || data.length === 0) {
    if (optional) return { value: emptyObject };
    return unread({ part: "body", path: [], keyword: "missing", message: "a JSON object is required" });
  }
  const document = parseJson(data);
  if (typeof document === "string") {
    return unread({ part: "body", path: [], keyword: "json_invalid", message: faultText[document] });
  }
  return check(validate, document.value, "body", document);
}

function unread(finding: Finding): Checked {
  return { findings: [finding], data: undefined };
}

function checkQuery(validate: ValidateFunction, schema: object, data: unknown): Checked {
  const known = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  const query: Record<string, unknown> = {};
  for (const [name, { type }] of Object.entries(known)) {
    const given = (data as Record<string, unknown>)[name];
    if (given === undefined) continue;
    if (type === "array") {
      query[name] = [given].flat();
      continue;
    }
    // Any other repeated parameter counts once, with its last value.
    const value = [given].flat().at(-1);
    const whole = type === "integer" && typeof value === "string" && /^[-+]?\d{1,15}$/.test(value);
    query[name] = whole ? Number(value) : value;
  }
  return check(validate, query, "query", query);
}

function check(validate: ValidateFunction, data: unknown, part: Finding["part"], value: unknown): Checked {
  if (validate(data) === true) return { value };
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== "if");
  return { findings: errors.map((error) => finding(part, error)), data };
}

function finding(
  part: Finding["part"],
  { instancePath, keyword, params, message = "is not valid" }: ErrorObject,
): Finding {
  const path = instancePath.split("/").slice(1).map(unescapePointer);
  if (keyword !== "required") return { part, path, keyword, message };
  const missing = String((params as { missingProperty: string }).missingProperty);
  return { part, path: [...path, missing], keyword: "missing", message: "is required" };
}

function unescapePointer(step: string): string | number {
  return /^\d+$/.test(step) ? Number(step) : step.replaceAll("~1", "/").replaceAll("~0", "~");
}

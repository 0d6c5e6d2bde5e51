import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { type JsonFault, maxJsonDepth, parseJson } from "../../json/parse-json.js";
import { type FieldError, validationError } from "./errors.js";

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictRequired: false });
ajv.addFormat("date-time", { type: "string", validate: isDateTime });

/**
 * Checks a part of a request against its schema. A body arrives as bytes and leaves as a `JsonDocument`; it is parsed here
 * and not before, since a bad path is told first. Whole numbers of a query become numbers; nothing else is converted.
 */
export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  const validate = ajv.compile(schema);
  if (httpPart === "body") return (data: unknown) => checkBody(validate, data);
  if (httpPart === "querystring") return (data: unknown) => checkQuery(validate, schema, data);
  return (data: unknown) => check(validate, data, "path", data);
};

const faultText: Readonly<Record<JsonFault, string>> = {
  encoding: "is not UTF-8",
  syntax: "is not valid JSON",
  depth: `is nested more than ${maxJsonDepth} levels deep`,
};

function checkBody(validate: ValidateFunction, data: unknown) {
  if (!(data instanceof Uint8Array) || data.length === 0) {
    return { error: validationError([{ loc: ["body"], msg: "a JSON object is required", type: "missing" }]) };
  }
  const document = parseJson(data);
  if (typeof document === "string") {
    return { error: validationError([{ loc: ["body"], msg: faultText[document], type: "json_invalid" }]) };
  }
  return check(validate, document.value, "body", document);
}

function checkQuery(validate: ValidateFunction, schema: object, data: unknown) {
  const known = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  const query: Record<string, unknown> = {};
  for (const [name, { type }] of Object.entries(known)) {
    // A repeated parameter counts once, with its last value.
    const value = [(data as Record<string, unknown>)[name]].flat().at(-1);
    if (value === undefined) continue;
    const whole = type === "integer" && typeof value === "string" && /^[-+]?\d{1,15}$/.test(value);
    query[name] = whole ? Number(value) : value;
  }
  return check(validate, query, "query", query);
}

function check(validate: ValidateFunction, data: unknown, part: string, value: unknown) {
  if (validate(data) === true) return { value };
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== "if");
  return { error: validationError(errors.map((error) => fieldError(part, error))) };
}

function fieldError(
  part: string,
  { instancePath, keyword, params, message = "is not valid" }: ErrorObject,
): FieldError {
  const path = instancePath.split("/").slice(1).map(unescapePointer);
  if (keyword === "required") {
    const missing = String((params as { missingProperty: string }).missingProperty);
    return { loc: [part, ...path, missing], msg: "is required", type: "missing" };
  }
  return { loc: [part, ...path], msg: message, type: keyword };
}

function unescapePointer(step: string): string | number {
  return /^\d+$/.test(step) ? Number(step) : step.replaceAll("~1", "/").replaceAll("~0", "~");
}

function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[-+]\d{2}:?\d{2})?$/.test(text) &&
    !Number.isNaN(parseTime(text))
  );
}

/** Milliseconds since 1970 of an RFC 3339 time; one without a zone is UTC. NaN if it is none. */
export function parseTime(text: string): number {
  const normal = text.replace(" ", "T").toUpperCase();
  return Date.parse(/(Z|[-+]\d{2}:?\d{2})$/.test(normal) ? normal : `${normal}Z`);
}

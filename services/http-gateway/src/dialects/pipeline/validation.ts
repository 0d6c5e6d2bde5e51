import { type Finding, schemaCheck } from "../../http/schema-check.js";
import { isJsonObject, type JsonDocument } from "../../json/parse-json.js";
import { brokenBody } from "./access.js";
import { type FieldError, unprocessable } from "./errors.js";

/** Checks requests against the schemas of their routes; what does not fit is told as clients of FastAPI know it. */
export const compileValidator = schemaCheck((findings, value) =>
  unprocessable(findings.map((finding) => fieldError(finding, value))),
);

/** What FastAPI calls the findings of a schema, by keyword; `type` depends on the type too. */
const typeOfKeyword: Readonly<Record<string, string>> = {
  minItems: "too_short",
  maxItems: "too_long",
  minLength: "string_too_short",
  maxLength: "string_too_long",
  minimum: "greater_than_equal",
  maximum: "less_than_equal",
  pattern: "string_pattern_mismatch",
  enum: "literal_error",
};

const typeOfType: Readonly<Record<string, string>> = {
  string: "string_type",
  integer: "int_parsing",
  number: "float_parsing",
  boolean: "bool_parsing",
  array: "list_type",
  object: "dict_type",
};

function fieldError({ part, path, keyword, message }: Finding, value: unknown): FieldError {
  const loc = [part, ...path];
  const root = part === "body" && isDocument(value) ? value.value : value;
  if (keyword === "json_invalid") return brokenBody;
  if (keyword === "missing") {
    return { type: "missing", loc, msg: "Field required", input: inputAt(root, path.slice(0, -1)) ?? null };
  }
  const [, wanted = ""] = /^must be (\w+)/.exec(message) ?? [];
  const type = keyword === "type" ? typeOfType[wanted] : typeOfKeyword[keyword];
  const msg = `Input ${message.replace(/^must/, "should")}`;
  return { type: type ?? keyword, loc, msg, input: inputAt(root, path) ?? null };
}

function isDocument(value: unknown): value is JsonDocument {
  return isJsonObject(value) && "value" in value && typeof value["text"] === "string";
}

function inputAt(root: unknown, path: readonly (string | number)[]): unknown {
  let found = root;
  for (const step of path) found = (found as Record<string | number, unknown> | null | undefined)?.[step];
  return found;
}

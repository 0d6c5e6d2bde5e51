import { type Finding, schemaCheck } from "../../http/schema-check.js";
import { type FieldError, validationError } from "./errors.js";

/** Checks requests against the schemas of their routes. */
export const compileValidator = schemaCheck((findings) => validationError(findings.map(fieldError)));

function fieldError({ part, path, keyword, message }: Finding): FieldError {
  return { loc: [part, ...path], msg: message, type: keyword };
}

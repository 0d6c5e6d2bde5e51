import { type Finding, schemaCheck } from "../../http/schema-check.js";
import { badRequest, type JanitorError } from "./errors.js";

/** Checks requests against the schemas of their routes. */
export const compileValidator = schemaCheck(refusal);

function refusal([first]: readonly Finding[]): JanitorError {
  if (first === undefined) return badRequest("the request is not valid");
  const { part, path, keyword, message } = first;
  if (part === "body" && path.length === 0 && keyword === "missing") return badRequest("the body is missing");
  return badRequest(`${[part, ...path].join(".")} ${message}`);
}

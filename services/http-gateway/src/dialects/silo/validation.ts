import { type Finding, schemaCheck } from "../../http/schema-check.js";
import { invalidRequest, SiloError } from "./errors.js";

/** Checks requests against the schemas of their routes. */
export const compileValidator = schemaCheck(refusal);

/** The answer to findings: what is no JSON object at all has a word of its own. */
function refusal(findings: readonly Finding[]): SiloError {
  const whole = findings.find(({ part, path }) => part === "body" && path.length === 0);
  if (whole !== undefined && ["json_invalid", "missing", "type"].includes(whole.keyword)) {
    const what = whole.keyword === "json_invalid" ? whole.message : "must be a JSON object";
    return new SiloError("invalid_json", `the body ${what}`);
  }
  const [first] = findings;
  if (first === undefined) return invalidRequest("the request is not valid");
  return invalidRequest(`${[first.part, ...first.path].join(".")} ${first.message}`);
}

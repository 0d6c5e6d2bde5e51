import type { FastifySchemaCompiler } from "fastify";
import { type Finding, schemaCheck } from "../../http/schema-check.js";
import type { JsonDocument } from "../../json/parse-json.js";
import { badRequest } from "./errors.js";

/** A member of a body whose size is bounded. It must be there; what it must be is the schema's to say. */
export interface MemberLimit {
  readonly member: string;
  /** In UTF-16 code units: of the text itself, or of the value as JSON without white space. */
  readonly max: number;
  readonly of: "text" | "json";
  /** The answer for what is larger. */
  readonly text: string;
}

/** What the contract says about bodies that do not fit. */
export interface BodyRules {
  /** Checked first, in this order. */
  readonly limits?: readonly MemberLimit[];
  /** The answer for each member that does not fit the schema, in the order in which they are looked at. */
  readonly texts?: Readonly<Record<string, string>>;
}

/**
 * Makes the check of one route's requests.
 *
 * @param operation what failed when the contract has no words of its own for it
 */
export function requestCheck(
  operation: string,
  { limits = [], texts = {} }: BodyRules = {},
): FastifySchemaCompiler<object> {
  const check = schemaCheck((findings, value) => fault(findings, value));
  return (route) => {
    const validate = check(route);
    if (route.httpPart !== "body") return validate;
    return (data: unknown) => {
      const checked = validate(data);
      if (typeof checked !== "object" || !("value" in checked)) return checked;
      const error = overLimit((checked.value as JsonDocument).value);
      return error === undefined ? checked : { error };
    };
  };

  function fault(findings: readonly Finding[], value: unknown): Error {
    const [first] = findings;
    const malformed = findings.find(({ path }) => path.length === 0);
    if (malformed !== undefined || first === undefined) return badRequest(operation, malformed?.message);
    const known = Object.keys(texts).find((member) => findings.some(({ path }) => path[0] === member));
    if (known !== undefined) return overLimit(value) ?? badRequest(texts[known] as string);
    return overLimit(value) ?? badRequest(operation, `${first.path.join(".")} ${first.message}`);
  }

  function overLimit(value: unknown): Error | undefined {
    for (const { member, max, of, text } of limits) {
      const found = (value as Readonly<Record<string, unknown>>)[member];
      if (found === undefined) return badRequest(operation, `${member} is required`);
      const measured = of === "json" ? JSON.stringify(found) : found;
      if (typeof measured === "string" && measured.length > max) return badRequest(text);
    }
    return undefined;
  }
}

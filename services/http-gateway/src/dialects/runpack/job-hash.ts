import { createHash } from "node:crypto";

/** How a hash is made. */
export interface JobHashOptions {
  /**
   * Leave out members called `__proto__`, at every depth, as the old service did. Only for hashes that it stored: two inputs
   * that differ in nothing else would share a result. Default false.
   */
  readonly dropProto?: boolean;
}

/**
 * The hash by which equal submissions are one job: SHA-256, in lower-case hexadecimal digits, over
 * `{"type":<job_type>,"params":<canonical form of input_params>}`.
 *
 * @param inputParams as `JSON.parse` gave it, nested no deeper than it accepts here: the function calls itself
 */
export function jobHash(jobType: string, inputParams: unknown, { dropProto = false }: JobHashOptions = {}): string {
  const preImage = `{"type":${JSON.stringify(jobType)},"params":${canonical(inputParams, dropProto)}}`;
  return createHash("sha256").update(preImage, "utf8").digest("hex");
}

/**
 * The value as `JSON.stringify` writes it, with the members of each object in the one order that a JavaScript object gets
 * when its sorted members are put into it one by one: array indexes by number, then all others by UTF-16 code units.
 */
function canonical(value: unknown, dropProto: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, dropProto)).join(",")}]`;
  // Numbers that are no doubles any more, such as 1e400, become null, as everything does that JSON cannot say.
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const object = value as Record<string, unknown>;
  const names = Object.keys(object).filter((name) => !dropProto || name !== "__proto__");
  const indexes = names.filter(isArrayIndex).sort((a, b) => Number(a) - Number(b));
  const others = names.filter((name) => !isArrayIndex(name)).sort();
  const members = [...indexes, ...others].map(
    (name) => `${JSON.stringify(name)}:${canonical(object[name], dropProto)}`,
  );
  return `{${members.join(",")}}`;
}

function isArrayIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) <= 4_294_967_294;
}

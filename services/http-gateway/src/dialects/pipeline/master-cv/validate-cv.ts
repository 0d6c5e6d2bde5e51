import { isJsonObject } from "../../../json/parse-json.js";
import { metadataRoles } from "./metadata.js";
import type { WholeCv } from "./whole-cv.js";

/** What is wrong with a master CV, and what is only missing. */
export interface CvFindings {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Checks a master CV. Without a name, a role or ids of their own no CV can be made from it; a role without a document or a default
 * role that the taxonomy lacks make one poorer.
 */
export function validateCv({ metadata, taxonomy, roles }: WholeCv): CvFindings {
  const errors: string[] = [];
  const warnings: string[] = [];
  const candidate = metadata?.["candidate"];
  const name = isJsonObject(candidate) ? candidate["name"] : undefined;
  if (typeof name !== "string" || name.trim() === "") errors.push("candidate.name is missing");

  const ids = metadataRoles(metadata).map(({ id }) => id);
  if (ids.length === 0) errors.push("at least one role is needed");
  if (ids.some((id) => typeof id !== "string" || id === "")) errors.push("a role has no id");
  for (const id of repeated(ids)) errors.push(`role id '${String(id)}' is used more than once`);

  const documents = new Set(roles.map(({ role_id }) => role_id));
  for (const id of new Set(ids)) {
    if (typeof id === "string" && id !== "" && !documents.has(id)) warnings.push(`role '${id}' has no document`);
  }
  const defaultRole = taxonomy?.["default_fallback_role"];
  const targets = taxonomy?.["target_roles"];
  if (taxonomy === undefined) warnings.push("there is no taxonomy");
  else if (!isJsonObject(targets) || !Object.hasOwn(targets, String(defaultRole))) {
    warnings.push(`the taxonomy has no role '${String(defaultRole)}', its default`);
  }
  return { errors, warnings };
}

function repeated(values: readonly unknown[]): Set<unknown> {
  return new Set(values.filter((value, index) => value !== undefined && values.indexOf(value) !== index));
}

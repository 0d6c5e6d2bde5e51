import { isObjectText, joinMembers, splitMembers } from "./json-members.js";

/**
 * Applies a JSON merge patch (RFC 7396) on texts, so that members which the patch does not name stay as they are written:
 * `12345678901234567890` keeps its digits, which parsing would round. Both texts must be valid JSON of bounded depth.
 *
 * @param target the present text; undefined when there is none
 */
export function applyMergePatch(target: string | undefined, patch: string): string {
  if (!isObjectText(patch)) return patch.trim();
  const members = target !== undefined && isObjectText(target) ? splitMembers(target) : new Map<string, string>();
  for (const [name, change] of splitMembers(patch)) {
    if (change === "null") members.delete(name);
    else members.set(name, applyMergePatch(members.get(name), change));
  }
  return joinMembers(members);
}

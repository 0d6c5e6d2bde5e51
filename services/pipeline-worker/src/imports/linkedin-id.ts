import { isOn } from "./is-on-site.js";

/** Places of the id in addresses that people copy; the most telling first. */
const forms = [/[?&]currentJobId=(\d+)/, /\/jobs\/view\/(?:[^/?#]*-)?(\d+)(?=[/?#]|$)/, /\/jobs\/(\d+)(?=[/?#]|$)/];

/** The id of a posting, from itself or from an address on LinkedIn; undefined for everything else. */
export function linkedinIdOf(text: string): string | undefined {
  if (/^\d+$/.test(text)) return text;
  if (!isOn(text, "linkedin.com")) return undefined;
  for (const form of forms) {
    const id = form.exec(text)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

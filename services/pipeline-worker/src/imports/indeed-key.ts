import { isOn } from "./is-on-site.js";

/** The key of a posting, from itself or from an address on Indeed, in lower case; undefined for everything else. */
export function indeedKeyOf(text: string): string | undefined {
  if (/^[0-9a-f]{16}$/i.test(text)) return text.toLowerCase();
  if (!isOn(text, "indeed.com")) return undefined;
  return /[?&]v?jk=([0-9a-f]{16})(?![0-9a-f])/i.exec(text)?.[1]?.toLowerCase();
}

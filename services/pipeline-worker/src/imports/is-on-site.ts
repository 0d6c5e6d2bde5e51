/** Whether a text may be an address of a site: one of it, with or without its scheme, or only a path. */
export function isOn(text: string, site: string): boolean {
  if (text.startsWith("/") && !text.startsWith("//")) return true;
  const address = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  return hostname === site || hostname.endsWith(`.${site}`);
}

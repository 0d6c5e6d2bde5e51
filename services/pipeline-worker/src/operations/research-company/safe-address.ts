/** An address of the web as it may become a link; empty for everything else, such as `javascript:`. */
export function safeAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url !== undefined && (url.protocol === "https:" || url.protocol === "http:") ? url.href : "";
}

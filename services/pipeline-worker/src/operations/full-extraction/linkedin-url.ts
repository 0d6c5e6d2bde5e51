/** The short form of the address of a LinkedIn posting, without its title and tracking; every other text as it is. */
export function shortLinkedinUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isLinkedin = url !== undefined && /(?:^|\.)linkedin\.com$/.test(url.hostname);
  if (!isLinkedin) return address;
  const id = url.searchParams.get("currentJobId") ?? /^\/jobs\/(?:view\/)?(?:.*-)?(\d+)\/?$/.exec(url.pathname)?.[1];
  return id !== undefined && /^\d+$/.test(id) ? `https://www.linkedin.com/jobs/view/${id}` : address;
}

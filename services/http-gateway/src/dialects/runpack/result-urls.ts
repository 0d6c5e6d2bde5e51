/** The member of an output whose value names a published page. */
const urlName = "figpack_url";

/** Every text under `figpack_url`, at any depth of an output. */
export function resultUrls(output: unknown): string[] {
  if (typeof output !== "object" || output === null) return [];
  return Object.entries(output).flatMap(([name, value]) =>
    name === urlName && typeof value === "string" ? [value] : resultUrls(value),
  );
}

/** The address of what is known about a published page, which stands beside it; undefined for what is no such page. */
export function pageFactsUrl(page: string): URL | undefined {
  if (!page.endsWith("/index.html")) return undefined;
  const facts = page.replace(/\/index\.html$/, "/figpack.json");
  return URL.canParse(facts) ? new URL(facts) : undefined;
}

/** Whether the facts about a page say that it is still there: not deleted, and pinned or not expired. */
export function isPageKept(facts: unknown, nowMs: number): boolean {
  if (typeof facts !== "object" || facts === null) return false;
  const { deleted, pinned, expiration } = facts as Readonly<Record<string, unknown>>;
  if (deleted) return false;
  return pinned === true || (typeof expiration === "number" && expiration > nowMs);
}

/** Whether a host is one of a list: `host`, `host:port`, or `*.host` for all below it. Letter case does not count. */
export function isListedHost({ host, hostname }: URL, listed: readonly string[]): boolean {
  return listed.some((entry) => {
    if (entry.startsWith("*.")) return hostname.endsWith(entry.slice(1));
    return entry === hostname || entry === host;
  });
}

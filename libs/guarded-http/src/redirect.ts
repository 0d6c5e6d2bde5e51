/** One request of a chain. */
export interface PlainRequest {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** Headers that another origin may see: those that say nothing about who asks. */
const harmless = new Set(["accept", "accept-language", "content-type", "user-agent"]);

/**
 * The request that a redirect asks for; undefined for an answer that is none. As browsers do it: 301, 302 and 303 turn a POST into
 * a GET, 307 and 308 repeat it. Another origin is not shown what may be a secret.
 *
 * @throws TypeError for a location that is no URL
 */
export function nextRequest(
  request: PlainRequest,
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
): PlainRequest | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  const url = new URL(location, request.url);
  const repeats = status === 307 || status === 308;
  const kept = Object.entries(request.headers).filter(([name]) => {
    if (!repeats && name.toLowerCase() === "content-type") return false;
    return url.origin === request.url.origin || harmless.has(name.toLowerCase());
  });
  return {
    url,
    method: repeats ? request.method : "GET",
    headers: Object.fromEntries(kept),
    body: repeats ? request.body : undefined,
  };
}

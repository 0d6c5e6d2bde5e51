import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { type AddressCheck, checkLiteral, guardedLookup } from "./guarded-lookup.js";
import { isPublicAddress } from "./public-address.js";
import { nextRequest, type PlainRequest } from "./redirect.js";

/** What a request to an address that somebody else gave may do. */
export interface GuardedRequestOptions {
  /** Ends the request, its redirects and its answer included. */
  readonly signal: AbortSignal;
  /** The largest answer in bytes. */
  readonly maxBytes: number;
  /** Default `GET`. */
  readonly method?: "GET" | "POST";
  /** Default: asks for JSON. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Redirects that are followed; one more is an error. Default 0: a redirect is an answer like others. */
  readonly maxRedirects?: number;
  /** Which URLs may be asked, the first one and those of redirects. Default all. */
  readonly mayVisit?: (url: URL) => boolean;
  /** Which IP addresses may be connected to. Default: only those of the public internet. */
  readonly isAllowed?: AddressCheck;
}

/** What was answered. */
export interface GuardedAnswer {
  readonly status: number;
  /** Where the answer came from. */
  readonly url: URL;
  /** By names in lower case; of repeated ones the values with commas between. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The bytes as text, in the character set that the answer names. */
  readonly text: string;
}

/**
 * Makes a request to a URL that a caller gave. The address is checked when it is connected to and not before, so that a
 * name which means something else a moment later gains nothing. Every redirect passes the same checks.
 *
 * @throws Error for another scheme than http and https, a URL with a password, an address or URL that is not allowed, an answer
 *   that is too large, too many redirects, and whatever goes wrong on the way; the signal's reason when it was aborted
 */
export async function guardedRequest(url: URL, options: GuardedRequestOptions): Promise<GuardedAnswer> {
  try {
    return await follow(url, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  }
}

async function follow(url: URL, options: GuardedRequestOptions): Promise<GuardedAnswer> {
  const { maxRedirects = 0, method = "GET", headers = { accept: "application/json" }, body } = options;
  let request: PlainRequest = { url, method, headers, body };
  for (let hops = 0; ; hops++) {
    const answer = await send(request, options);
    const next = maxRedirects === 0 ? undefined : nextRequest(request, answer);
    if (next === undefined) return answer;
    if (hops === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`);
    request = next;
  }
}

async function send(
  { url, method, headers, body }: PlainRequest,
  { signal, maxBytes, mayVisit = () => true, isAllowed = isPublicAddress }: GuardedRequestOptions,
): Promise<GuardedAnswer> {
  const request = url.protocol === "https:" ? httpsRequest : url.protocol === "http:" ? httpRequest : undefined;
  if (request === undefined) throw new Error(`${url.protocol} is neither http: nor https:`);
  if (url.username !== "" || url.password !== "") throw new Error("a URL with a user name is not asked");
  if (!mayVisit(url)) throw new Error(`${url.host} is not a host that may be asked`);
  checkLiteral(url, isAllowed);
  return new Promise((resolve, reject) => {
    const lookup = guardedLookup(isAllowed);
    const outgoing = request(url, { method, agent: false, signal, lookup, headers }, (answer) => {
      readAnswer(url, answer, maxBytes).then(resolve, reject);
    });
    outgoing.on("error", reject).end(body);
  });
}

async function readAnswer(url: URL, answer: IncomingMessage, maxBytes: number): Promise<GuardedAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the connection.
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
  const bytes = Buffer.concat(chunks);
  return { status: answer.statusCode ?? 0, url, headers, bytes, text: textOf(bytes, headers["content-type"]) };
}

/** An unknown character set is read as UTF-8. */
function textOf(bytes: Buffer, contentType = ""): string {
  const label = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return bytes.toString("utf8");
  }
}

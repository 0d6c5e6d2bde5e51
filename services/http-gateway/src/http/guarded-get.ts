import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { isPublicAddress } from "./public-address.js";

/** What a request to an address that somebody else gave may do. */
export interface GuardedGetOptions {
  /** Ends the request, its answer included. */
  readonly signal: AbortSignal;
  /** The largest answer in bytes. */
  readonly maxBytes: number;
  /** Which IP addresses may be connected to. Default: only those of the public internet. */
  readonly isAllowed?: (address: string) => boolean;
}

/** What was answered. */
export interface GuardedAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Makes a GET request to a URL that a caller gave. The address is checked when it is connected to and not before, so that a
 * name which means something else a moment later gains nothing; redirects are not followed.
 *
 * @throws Error for another scheme than http and https, an address that is not allowed, an answer that is too large, and
 *   whatever goes wrong on the way
 */
export function guardedGet(
  url: URL,
  { signal, maxBytes, isAllowed = isPublicAddress }: GuardedGetOptions,
): Promise<GuardedAnswer> {
  const request = url.protocol === "https:" ? httpsRequest : url.protocol === "http:" ? httpRequest : undefined;
  if (request === undefined) return Promise.reject(new Error(`${url.protocol} is neither http: nor https:`));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // An address in the URL is connected to without a look-up.
  if (isIP(host) !== 0 && !isAllowed(host)) return Promise.reject(notAllowed(host));
  return new Promise((resolve, reject) => {
    const options = { agent: false, signal, lookup: guardedLookup(isAllowed), headers: { accept: "application/json" } };
    const outgoing = request(url, options, (answer) => {
      readAnswer(answer, maxBytes).then(resolve, reject);
    });
    outgoing.on("error", reject).end();
  });
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

function guardedLookup(isAllowed: (address: string) => boolean) {
  return (host: string, options: LookupOptions, found: Found): void => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return found(error ?? new Error(`${host} has no address`), "");
      const refused = addresses.find(({ address }) => !isAllowed(address));
      if (refused !== undefined) return found(notAllowed(refused.address), "");
      return options.all === true ? found(null, addresses) : found(null, first.address, first.family);
    });
  };
}

async function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<GuardedAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") };
}

function notAllowed(address: string): Error {
  return new Error(`${address} is not an address that may be connected to`);
}

import type { IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import type { Dialect } from "../dialect.js";
import { hostNameOf } from "./host-name.js";

/**
 * Makes what gives a request its URL before any hook or route sees it: at the host name of a dialect `/x` is
 * `/<dialect>/x`, whatever `x` is, and everywhere else the URL stays as it is. So a dialect is mounted once for its prefix
 * and its host name, on every socket of the listener and for upgrades alike.
 */
export function urlByHost(
  dialects: readonly Pick<Dialect, "name" | "hostName">[],
): (request: IncomingMessage) => string {
  const prefixes = new Map(dialects.map(({ name, hostName }) => [hostName, `/${name}`]));
  prefixes.delete(undefined);
  return ({ headers, url = "/" }) => {
    // A request may name its whole URL, as it would for a proxy; then that one's host counts (RFC 9112, 3.2.2).
    const [origin = "", host = headers.host] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
    const prefix = prefixes.get(hostNameOf(host));
    if (prefix === undefined) return url;
    const target = url.slice(origin.length);
    return target.startsWith("/") ? `${prefix}${target}` : `${prefix}/${target}`;
  };
}

/** The path under which the caller has a plugin that is mounted under `prefix`: empty at a host name. For links. */
export function prefixForCaller({ originalUrl, url }: FastifyRequest, prefix: string): string {
  return originalUrl === url ? prefix : "";
}

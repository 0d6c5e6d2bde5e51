import proxyAddr from "@fastify/proxy-addr";
import type { FastifyRequest } from "fastify";

/**
 * Makes the reader of clients' addresses. What a proxy says about them counts only when that proxy is trusted: first
 * `CF-Connecting-IP`, then `X-Forwarded-For`. Where all proxies are trusted that header counts as a whole, as the old
 * service took it; where some are, its last address that none of them has.
 */
export function clientAddressReader(trustProxy: boolean | string): (request: FastifyRequest) => string {
  const trusts = trustOf(trustProxy);
  return (request) => {
    const peer = request.raw.socket.remoteAddress;
    if (peer === undefined) return "unknown";
    if (!trusts(peer)) return peer;
    const cloudflare = request.headers["cf-connecting-ip"];
    if (typeof cloudflare === "string" && cloudflare !== "") return cloudflare;
    const forwarded = request.headers["x-forwarded-for"];
    return trustProxy === true && typeof forwarded === "string" && forwarded !== "" ? forwarded : request.ip;
  };
}

function trustOf(trustProxy: boolean | string): (peer: string) => boolean {
  if (typeof trustProxy === "boolean") return () => trustProxy;
  const isTrusted = proxyAddr.compile(trustProxy.split(",").map((address) => address.trim()));
  return (peer) => isTrusted(peer, 0);
}

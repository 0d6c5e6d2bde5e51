import type { FastifyReply, FastifyRequest } from "fastify";

/** A year, in seconds. For the host alone: its neighbours may have no TLS. */
const strictTransport = "max-age=31536000";

/**
 * Puts on an answer what tells browsers to be careful with it. A route that says otherwise about caching wins: this comes before it.
 *
 * Few headers, and none that frame, embed or isolate: the dialects' answers are used by pages of other origins, which were there before this
 * gateway. That is why it is not `@fastify/helmet`, of which three quarters would have to be switched off, and which cannot tell requests that came
 * over TLS.
 */
export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("x-content-type-options", "nosniff").header("referrer-policy", "no-referrer");
  // Answers depend on who asks, and keys travel in headers that no shared cache knows.
  reply.header("cache-control", "no-store");
  // Also behind a proxy that is trusted (`TRUST_PROXY`) and says that it was asked by HTTPS. Browsers do not heed it in plain text.
  if (request.protocol === "https") reply.header("strict-transport-security", strictTransport);
}

/** What the gateway's own pages may do: show themselves. They have no scripts, and their style stands in them. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** The token of the request's `Authorization: Bearer` header; undefined where there is none. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
}

/** SHA-256 of a token: all that is ever compared or handed on of it. */
export function tokenDigest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

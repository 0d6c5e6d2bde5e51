import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { KeyClass } from "./config.js";
import { RunpackError } from "./errors.js";

/** Lets requests in by their key. */
export interface Access {
  /** @throws RunpackError 401 when the request has no key that opens this class of endpoints */
  check(request: FastifyRequest, to: KeyClass): void;
}

/**
 * Reads the keys. Endpoints for administrators open to the runners' keys too, all others to their own class alone. Without
 * keys for a class nobody gets in.
 */
export function createAccess(keys: Readonly<Record<KeyClass, readonly string[]>>): Access {
  const digests = {
    submit: keys.submit.map(digest),
    runner: keys.runner.map(digest),
    admin: [...keys.admin, ...keys.runner].map(digest),
  };
  return {
    check(request, to) {
      const given = digest(tokenOf(request.headers.authorization));
      // Every key is looked at, so that the time tells nothing about them.
      const fits = digests[to].filter((known) => timingSafeEqual(known, given));
      if (fits.length === 0) throw unauthorized("Invalid API key");
    },
  };
}

function tokenOf(header: string | undefined): string {
  if (header === undefined || header === "") throw unauthorized("Missing Authorization header");
  const [scheme, token, ...more] = header.split(" ");
  if (scheme === "Bearer" && token !== undefined && more.length === 0) return token;
  throw unauthorized("Invalid Authorization header format. Use: Bearer <token>");
}

function unauthorized(error: string): RunpackError {
  return new RunpackError(401, { error });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

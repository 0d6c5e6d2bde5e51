import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { durationFromSeconds, durationSeconds } from "../../json/timestamp.js";
import { type RunpackContext, runnerIdOf } from "./context.js";
import { rateLimited } from "./errors.js";

/** A limit that one caller has for some endpoints together. */
export interface RateLimit {
  readonly name: string;
  /** Requests in a minute, which begins with the first. */
  readonly limit: number;
  /** Who counts as one caller. */
  readonly per: "address" | "runner";
}

/** The contract's limits. */
export const rateLimits = {
  submit: { name: "submit", limit: 10, per: "address" },
  poll: { name: "poll", limit: 60, per: "address" },
  available: { name: "available", limit: 120, per: "runner" },
  heartbeat: { name: "heartbeat", limit: 120, per: "runner" },
} as const satisfies Readonly<Record<string, RateLimit>>;

const windowSeconds = 60;

/**
 * Counts a request; one that is refused does not count. The counts are the core's, one for all replicas. When they cannot be
 * read the request passes: the limits are there for the callers' sake, and an outage of what keeps them is no flood.
 *
 * @throws RunpackError 429
 */
export async function takeTurn(
  context: Pick<RunpackContext, "core" | "config" | "addressOf">,
  request: FastifyRequest,
  { name, limit, per }: RateLimit,
): Promise<void> {
  const caller = per === "runner" ? runnerIdOf(request) : context.addressOf(request);
  const key = `runpack:${name}:${keyWord(caller)}`;
  const window = durationFromSeconds(windowSeconds);
  const answer = await context.core.coordination
    .takeTokens({ namespace: context.config.namespace, key, limit, window })
    .catch((error: unknown) => request.log.warn({ err: error, limit: name }, "a rate limit could not be read"));
  if (answer === undefined || answer.granted) return;
  throw rateLimited(Math.ceil((durationSeconds(answer.resetAfter) ?? windowSeconds) * 1000));
}

/** The caller, or its digest where it is no word that the core keeps. */
function keyWord(caller: string): string {
  return /^[\x20-\x7e]{1,200}$/.test(caller) ? caller : createHash("sha256").update(caller).digest("hex");
}

import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@switchyard/service-kit";
import type { FastifyRequest } from "fastify";
import { parseJson } from "../../json/parse-json.js";
import type { PipelineConfig } from "./config.js";
import { type PipelineError, unauthorized, unprocessable } from "./errors.js";

/** Lets a request go on, or throws. */
export type Guard = (request: FastifyRequest) => Promise<void>;

/** Who may call: `preValidation: context.access.token`. Routes without a guard are public. */
export interface Access {
  /** Whoever has the service's token. */
  readonly token: Guard;
  /** Everybody, unless the operator wants the token here too: the annotation endpoints. */
  readonly annotations: Guard;
}

/**
 * Makes the guards.
 *
 * - 401 `Not authenticated` without a bearer token, 401 `Invalid authentication token` with another one.
 * - Without a configured secret any token passes, but there has to be one; in production none does.
 * - Who may not call is told so before the members of a body are looked at, but behind a body that is no JSON: clients know
 *   that order.
 */
export function createAccess({
  secret,
  environment,
  annotationsNeedToken,
}: Pick<PipelineConfig, "secret" | "environment" | "annotationsNeedToken">): Access {
  const digest = secret === undefined ? undefined : sha256(secret);
  const takesAny = digest === undefined && environment !== "production";
  const refusalOf = (request: FastifyRequest): PipelineError | undefined => {
    const given = bearerToken(request);
    if (given === undefined) return unauthorized("Not authenticated");
    if (takesAny || (digest !== undefined && timingSafeEqual(sha256(given), digest))) return undefined;
    return unauthorized("Invalid authentication token");
  };
  const token: Guard = async (request) => {
    const refusal = refusalOf(request);
    if (refusal === undefined) return;
    throw hasBrokenBody(request) ? unprocessable([brokenBody]) : refusal;
  };
  return { token, annotations: annotationsNeedToken ? token : async () => undefined };
}

/** The finding about a body that is no JSON. */
export const brokenBody = { type: "json_invalid", loc: ["body"], msg: "JSON decode error", input: {} } as const;

/** The route takes a body, and what came is no JSON. */
function hasBrokenBody({ body, routeOptions }: FastifyRequest): boolean {
  const isAsked = routeOptions.schema?.body !== undefined;
  return isAsked && body instanceof Uint8Array && body.length > 0 && typeof parseJson(body) === "string";
}

/** The token of the `Authorization: Bearer` header; undefined where there is none. */
function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S.*?) *$/i.exec(request.headers.authorization ?? "")?.[1];
}

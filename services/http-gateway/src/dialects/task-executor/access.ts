import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@switchyard/service-kit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { takeToken } from "../../core/take-token.js";
import type { TaskExecutorContext } from "./context.js";
import { rateLimited, unauthorized } from "./errors.js";

/** What load balancers ask tells nothing, and must be answered in every case. */
const probes = ["/health", "/ready"];
const windowMs = 60_000;

/**
 * Puts the operator's token and rate in front of every route, where they are set; neither is by default. To be called
 * behind CORS: browsers send no credentials with a preflight.
 */
export function guardAccess(app: FastifyInstance, { core, config }: TaskExecutorContext): void {
  const { token, rateLimit, namespace } = config;
  const isProbe = ({ routeOptions: { url } }: FastifyRequest) => probes.some((path) => url === `${app.prefix}${path}`);

  if (token !== undefined) {
    const digest = sha256(token);
    app.addHook("onRequest", async (request) => {
      if (isProbe(request)) return;
      const [, given = ""] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
      if (!timingSafeEqual(sha256(given), digest)) throw unauthorized();
    });
  }

  if (rateLimit !== undefined) {
    app.addHook("onRequest", async (request) => {
      if (isProbe(request)) return;
      const rate = { namespace, key: `requests:${request.ip}`, limit: rateLimit, windowMs };
      // Who cannot count lets everybody in: the limit guards against too much, not against anybody.
      const waitMs = await takeToken(core, rate).catch((error: unknown) => {
        request.log.warn({ err: error }, "requests could not be counted");
      });
      if (waitMs !== undefined) throw rateLimited(waitMs);
    });
  }
}

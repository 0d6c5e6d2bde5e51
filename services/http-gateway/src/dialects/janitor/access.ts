import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@switchyard/service-kit";
import type { FastifyInstance } from "fastify";
import type { JanitorConfig } from "./config.js";
import { JanitorError } from "./errors.js";

/** Routes for everybody: those of the old service's public side, and what monitors ask. */
const open = new Set([
  ...["", "/", "/ready", "/health", "/health/live", "/health/ready"],
  ...["/metrics", "/queue/stats", "/watchdog/health"],
]);

/** Whether a path needs no token of the operator. Workers have logins of their own. */
function isOpen(path: string): boolean {
  return open.has(path) || path.startsWith("/runner/");
}

/** Asks for the operator's token in front of all private routes, where one is set; by default none is. */
export function guardAccess(app: FastifyInstance, { adminToken }: Pick<JanitorConfig, "adminToken">): void {
  if (adminToken === undefined) return;
  const digest = sha256(adminToken);
  app.addHook("onRequest", async (request) => {
    const url = request.is404 ? request.url.split("?", 1)[0] : request.routeOptions.url;
    if (isOpen((url ?? "").slice(app.prefix.length))) return;
    const [, given = ""] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "") ?? [];
    if (timingSafeEqual(sha256(given), digest)) return;
    throw new JanitorError(401, "the operator's token is needed", { headers: { "WWW-Authenticate": "Bearer" } });
  });
}

import type { FastifyInstance } from "fastify";
import { sendJson } from "../endpoint.js";
import { health } from "../schemas.js";

/** What the service answers to whoever asks whether it is there, by whatever method. */
export const healthText = '{"status":"ok","service":"runpack-worker"}';

/** The paths of that answer. */
export const healthPaths: ReadonlySet<string> = new Set(["/", "/health"]);

/** Says that the service is there. Other methods than GET are answered before any route is looked for. */
export function healthRoutes(app: FastifyInstance): void {
  const schema = { tags: ["service"], summary: "Says that the service is there.", response: { 200: health } };
  for (const path of healthPaths) {
    app.get(path, { schema, exposeHeadRoute: false }, async (_, reply) => sendJson(reply, 200, healthText));
  }
}

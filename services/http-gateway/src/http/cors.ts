import cors from "@fastify/cors";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { Dialect } from "../dialect.js";

/**
 * Lets pages of other origins call what is mounted in a scope, with tokens in headers and without cookies. Takes every `OPTIONS` of the scope's
 * prefix, so the scope must have one of its own.
 *
 * @param origins `https://host`, or `*` for every one; without any, nothing changes
 */
export async function allowOrigins(
  scope: FastifyInstance,
  origins: readonly string[],
  exposedHeaders: readonly string[],
): Promise<void> {
  if (origins.length === 0) return;
  await scope.register(cors, {
    origin: [...origins],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    exposedHeaders: [...exposedHeaders],
    strictPreflight: false,
  });
}

/** The plugin of a dialect, called by pages of these origins where its contract says nothing about other origins. */
export function withOrigins(
  dialect: Pick<Dialect, "plugin" | "hasCors">,
  origins: readonly string[],
): FastifyPluginAsync {
  if (dialect.hasCors || origins.length === 0) return dialect.plugin;
  return async (scope) => {
    await allowOrigins(scope, origins, ["X-Request-ID", "Retry-After"]);
    await scope.register(dialect.plugin);
  };
}

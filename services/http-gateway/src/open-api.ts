import swagger from "@fastify/swagger";
import Fastify from "fastify";
import type { Dialect } from "./dialect.js";

/** Describes a dialect as an OpenAPI 3.1 document, from the very schemas that its routes check with. */
export async function createOpenApi(dialect: Dialect, version: string): Promise<object> {
  // A server of its own that never listens: the document has the paths of the dialect's root, whatever the mounts are.
  const app = Fastify({ exposeHeadRoutes: false });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: dialect.title, version },
      servers: [
        { url: `/${dialect.name}`, description: "Under the gateway's main listener." },
        { url: "/", description: "On a listener or host name of the dialect's own, where one is configured." },
      ],
    },
    hideUntagged: true,
  });
  await app.register(dialect.plugin);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}

import type { FastifyInstance, FastifyReply } from "fastify";
import type { Dialect } from "../dialect.js";
import { allowOrigins } from "../http/cors.js";
import { pagePolicy } from "../http/security-headers.js";
import { docsPage, startPage } from "./start-page.js";

/** What the pages tell of. */
export interface PageContents {
  readonly dialects: readonly Dialect[];
  /** OpenAPI documents by dialect. */
  readonly documents: ReadonlyMap<string, () => Promise<unknown>>;
  /** Origins whose pages may read the documents. */
  readonly origins: readonly string[];
  readonly version: string;
}

/** Serves the start page and, under `/docs`, the documents of the dialects. */
export function mountPages(app: FastifyInstance, { dialects, documents, origins, version }: PageContents): void {
  app.get("/", (_, reply) => sendPage(reply, startPage(dialects, version)));
  const docs = async (scope: FastifyInstance) => {
    await allowOrigins(scope, origins, []);
    scope.get("/", (_, reply) => sendPage(reply, docsPage(dialects)));
    for (const [name, document] of documents) scope.get(`/${name}`, () => document());
  };
  app.register(docs, { prefix: "/docs" });
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type("text/html; charset=utf-8").header("content-security-policy", pagePolicy).send(html);
}

import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Dialect } from "../dialect.js";
import { passOverBody } from "./pass-over-body.js";
import { type BodyLimits, defaultDrainBytes, readBody } from "./read-body.js";
import { requestIdFrom } from "./request-id.js";
import { createRouteBook } from "./route-book.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The largest body of this route in bytes, where it is not the dialect's. */
    maxBodyBytes?: number;
    /** The route reads the body itself, as it comes: `request.body` is the stream of it. */
    streamsBody?: boolean;
  }
}

/** An answer that is an error. */
export interface ErrorAnswer {
  readonly status: number;
  /** Written as JSON; a text is sent as it is. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a dialect says about its HTTP edge. All else is alike in every dialect. */
export interface DialectEdge {
  readonly bodies: BodyLimits;
  /** Turns whatever a route threw into the dialect's answer. */
  readonly answerOf: (error: unknown, requestId: string) => ErrorAnswer;
  /**
   * What is thrown for a path that no route has (`allowed` is empty), or for a method that the path does not take. The
   * path as the caller wrote it is in `originalUrl`; `url` has the prefix at a host name too.
   */
  readonly noRoute: (request: FastifyRequest, allowed: readonly string[]) => Error;
  /** What is thrown for a URL that cannot be decoded, which no route ever sees. */
  readonly badUrl: () => Error;
}

/**
 * Sets a dialect's plugin up: every request has an id, bodies arrive as bytes whatever their media type says, errors and
 * unknown paths are answered in the dialect's words. To be called before the routes are added.
 */
export function setUpEdge(app: FastifyInstance, edge: DialectEdge): void {
  const routes = createRouteBook(app);
  // Answers are written by the routes; their schemas are only for the document.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: IncomingMessage) => {
    const { maxBodyBytes = edge.bodies.maxBytes, streamsBody = false } = request.routeOptions.config;
    return streamsBody ? payload : readBody(payload, { ...edge.bodies, maxBytes: maxBodyBytes });
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("X-Request-ID", nameRequest(request));
    // No contract refuses a body for its media type, and the framework would refuse one that it cannot read.
    const mediaType = request.raw.headers["content-type"];
    if (mediaType !== undefined) mediaTypes.set(request.raw, mediaType);
    delete request.raw.headers["content-type"];
  });
  const { drainBytes = defaultDrainBytes } = edge.bodies;
  // Who is refused before the body was read, a stranger for instance, shall see the answer.
  app.addHook("onSend", (request, _reply, payload, done) => {
    const passing = passOverBody(request.raw, drainBytes);
    if (passing === undefined) done(null, payload);
    else void passing.then(() => done(null, payload));
  });
  app.setErrorHandler((error, request, reply) => answerError(edge, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    return answerError(edge, edge.noRoute(request, routes.methodsOf(path)), request, reply);
  });
}

/** Answers a URL that cannot be decoded; see `Dialect.answerBadUrl`. */
export function badUrlAnswer(edge: DialectEdge): Dialect["answerBadUrl"] {
  return (request, reply) => {
    reply.header("X-Request-ID", nameRequest(request));
    answerError(edge, edge.badUrl(), request, reply);
  };
}

const requestIds = new WeakMap<IncomingMessage, string>();
const mediaTypes = new WeakMap<IncomingMessage, string>();

/** What the caller said that the body is: its `Content-Type`, for the routes that need it. */
export function mediaTypeOf({ raw }: FastifyRequest): string | undefined {
  return mediaTypes.get(raw);
}

/** The request's id: the caller's if it is one that may be repeated, else one that was made for it. */
function requestIdOf(request: FastifyRequest): string {
  return requestIds.get(request.raw) ?? nameRequest(request);
}

function nameRequest(request: FastifyRequest): string {
  const id = requestIdFrom(request.headers["x-request-id"]);
  requestIds.set(request.raw, id);
  return id;
}

function answerError(edge: DialectEdge, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const requestId = requestIdOf(request);
  const { status, body, headers = {} } = edge.answerOf(error, requestId);
  const facts = { err: error, request_id: requestId };
  if (status === 503) request.log.warn(facts, "the core did not answer");
  else if (status >= 500) request.log.error(facts, "a request failed");
  reply.code(status).headers(headers);
  if (typeof body === "string") return reply.type("text/plain; charset=utf-8").send(body);
  return reply.type("application/json").send(JSON.stringify(body));
}

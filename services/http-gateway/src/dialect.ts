import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { CoreClients } from "./core/clients.js";

/** One legacy REST API, ready to be mounted any number of times. */
export interface Dialect {
  /** The path segment under the main listener, and the dialect's namespace by default. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** `host:port` of a listener of its own, at whose root the dialect stands. Unset: none. */
  readonly listen: string | undefined;
  /** Host name, in lower case and without port, at which the main listener has the dialect at its root. Unset: none. */
  readonly hostName: string | undefined;
  /** Routes, errors, authentication and body limits, encapsulated: nothing of it reaches the other dialects. */
  readonly plugin: FastifyPluginAsync;
  /** Sets up what the dialect keeps in the core. Called at the start, and again until it succeeds; may run on every replica. */
  readonly prepare?: () => Promise<void>;
  /** Answers a request whose URL cannot be decoded, which no route ever sees. */
  readonly answerBadUrl: (request: FastifyRequest, reply: FastifyReply) => void;
}

/** What every dialect is made from, beside its own configuration. */
export interface DialectDeps {
  readonly core: CoreClients;
  /** Version of the build. */
  readonly version: string;
  /** Fires when the gateway ends: streams to callers end then. */
  readonly stopping: AbortSignal;
}

import type { Logger } from "@switchyard/service-kit";
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
  /** Work that no request asks for. Started when the gateway serves; stopped before it ends. */
  readonly duties?: readonly Duty[];
  /** Whether its contract says what pages of other origins may do. Otherwise `HTTP_CORS_ORIGINS` says it. */
  readonly hasCors: boolean;
  /** Answers a request whose URL cannot be decoded, which no route ever sees. */
  readonly answerBadUrl: (request: FastifyRequest, reply: FastifyReply) => void;
}

/** Work that goes on in the background of a gateway. */
export interface Duty {
  /** Returns at once. */
  start(): void;
  /** Returns when the work has ended. */
  stop(): Promise<void>;
}

/** What every dialect is made from, beside its own configuration. */
export interface DialectDeps {
  readonly core: CoreClients;
  readonly logger: Logger;
  /** Version of the build. */
  readonly version: string;
  /** Fires when the gateway ends: streams to callers end then. */
  readonly stopping: AbortSignal;
}

import websocket from "@fastify/websocket";
import type { Logger } from "@switchyard/service-kit";
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from "fastify";
import type { Dialect } from "./dialect.js";
import { urlByHost } from "./http/by-host.js";
import { withOrigins } from "./http/cors.js";
import { followRenewals, type PublicTls, publicTlsOptions } from "./http/public-tls.js";
import type { RequestMetrics } from "./http/request-metrics.js";
import { setSecurityHeaders } from "./http/security-headers.js";
import { traceRequests } from "./http/trace-requests.js";
import { webSocketUpgrades } from "./http/upgrades.js";

/** The largest message that a WebSocket client may send. */
const maxFrameBytes = 64 * 1024;

interface ServerSettings {
  readonly logger: Logger;
  readonly metrics: RequestMetrics;
  readonly trustProxy: boolean | string;
  /** Undefined: plain text. */
  readonly tls: PublicTls | undefined;
}

/**
 * Makes the main server, without routes. Requests for a dialect's host name find it under its prefix (`urlByHost`).
 * A URL that cannot be decoded is answered by the dialect that its prefix names.
 */
export function createServer({
  dialects,
  ...settings
}: ServerSettings & { readonly dialects: readonly Dialect[] }): FastifyInstance {
  const dialectOf = (url: string | undefined) => dialects.find(({ name }) => name === url?.split("/", 2)[1]);
  const onBadUrl: BadUrlHandler = (request, reply) => {
    const dialect = dialectOf(request.raw.url);
    if (dialect !== undefined) dialect.answerBadUrl(request, reply);
    else void reply.code(400).type("text/plain").send("the URL cannot be decoded\n");
  };
  const app = create(settings, onBadUrl, { rewriteUrl: urlByHost(dialects) });
  settings.metrics.watch(app, (route) => dialectOf(route)?.name ?? "gateway");
  return app;
}

/** Makes a server with one dialect at its root. `origins` are those of `HTTP_CORS_ORIGINS`. */
export function createOwnServer({
  dialect,
  origins,
  ...settings
}: ServerSettings & { readonly dialect: Dialect; readonly origins: readonly string[] }): FastifyInstance {
  const app = create(settings, dialect.answerBadUrl);
  settings.metrics.watch(app, () => dialect.name);
  app.register(withOrigins(dialect, origins));
  return app;
}

type BadUrlHandler = (
  request: Parameters<Dialect["answerBadUrl"]>[0],
  reply: Parameters<Dialect["answerBadUrl"]>[1],
) => void;

function create(
  { logger, trustProxy, tls }: Omit<ServerSettings, "metrics">,
  onBadUrl: BadUrlHandler,
  more: Pick<FastifyServerOptions, "rewriteUrl"> = {},
): FastifyInstance {
  const options: FastifyServerOptions = {
    loggerInstance: logger,
    // Requests are counted; a line for each, twice, would cost more than most of them.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy,
    // Ids of workers have up to 255 characters; the default of 100 would make longer ones an unknown route.
    routerOptions: { maxParamLength: 2048 },
    // A client that sends its headers or body too slowly holds a socket for no longer than this.
    requestTimeout: 120_000,
    ...more,
    frameworkErrors: (_error, request, reply) => {
      setSecurityHeaders(request as never, reply as never);
      onBadUrl(request as never, reply as never);
    },
  };
  const secure = tls === undefined ? {} : { https: publicTlsOptions(tls) };
  const app = Fastify({ ...options, ...secure }) as unknown as FastifyInstance;
  if (tls !== undefined) followRenewals(app, tls);
  traceRequests(app);
  app.addHook("onRequest", async (request, reply) => setSecurityHeaders(request, reply));
  // Once for each server and not in the dialects: every one of them would answer every upgrade.
  app.register(websocket, { options: { server: webSocketUpgrades(app.server), maxPayload: maxFrameBytes } });
  return app;
}

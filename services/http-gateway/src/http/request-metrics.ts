import type { FastifyInstance } from "fastify";
import { Counter, Histogram, type Registry } from "prom-client";

/** Counts requests for operators, over all dialects and listeners. */
export interface RequestMetrics {
  /** Counts the requests of a server; `dialectOf` names the dialect of a route's template. */
  watch(app: FastifyInstance, dialectOf: (route: string) => string): void;
}

/** Registers the gateway's request metrics. Routes are templates, never paths: a series for each task id would be no metric. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "switchyard_http_requests_total",
    help: "HTTP requests that were answered.",
    labelNames: ["dialect", "method", "route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "switchyard_http_request_duration_seconds",
    help: "Time from an HTTP request to its answer.",
    labelNames: ["dialect", "method", "route"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  return {
    watch(app, dialectOf) {
      app.addHook("onResponse", async (request, reply) => {
        const route = request.is404 ? "unmatched" : (request.routeOptions.url ?? "unmatched");
        // A 404 has no template; its prefix is one of a few words, or none of them.
        const labels = { dialect: dialectOf(request.is404 ? request.url : route), method: request.method, route };
        requests.inc({ ...labels, status: String(reply.statusCode) });
        durations.observe(labels, reply.elapsedTime / 1000);
      });
    },
  };
}

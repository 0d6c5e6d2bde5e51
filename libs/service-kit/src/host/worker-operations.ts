import type { Registry } from "prom-client";
import { createReadiness, type Readiness } from "../health/readiness.js";
import { createMetricsRegistry } from "../metrics/metrics-registry.js";
import { registerTlsMetrics } from "../tls/tls-metrics.js";
import type { OpenClientTls } from "../tls/open-tls.js";
import { createOperationsServer } from "./operations-server.js";

/** Probes and metrics of a process that serves nothing else. */
export interface WorkerOperations {
  readonly registry: Registry;
  /** Blocked by `starting` until {@link WorkerOperations.started}, and by `stopping` at the end. */
  readonly readiness: Readiness;
  /** The bound address, `host:port`; undefined before `listen` and without a listener. */
  readonly address: string | undefined;
  /** Listens, not ready yet. */
  listen(): Promise<void>;
  /** The work has begun. */
  started(): void;
  /** The work ends: not ready any more. */
  stopping(): void;
  /** Ends the listener. */
  stop(): Promise<void>;
}

/**
 * Makes the operations listener of a worker: `/livez`, `/readyz`, `/metrics`.
 *
 * @param listen `host:port`; undefined: none of it is served
 * @param tls whose expiry and renewals are measured; undefined: the worker calls in plain text
 */
export function createWorkerOperations(
  listen: string | undefined,
  tls: Pick<OpenClientTls, "files"> | undefined,
): WorkerOperations {
  const registry = createMetricsRegistry();
  registerTlsMetrics(registry, { service: tls?.files });
  const readiness = createReadiness(["starting"]);
  const server = listen === undefined ? undefined : createOperationsServer({ readiness, registry });
  let address: string | undefined;
  return {
    registry,
    readiness,
    get address() {
      return address;
    },
    async listen() {
      if (listen !== undefined) address = await server?.listen(listen);
    },
    started: () => readiness.unblock("starting"),
    stopping: () => readiness.block("stopping"),
    async stop() {
      await server?.stop(1_000);
    },
  };
}

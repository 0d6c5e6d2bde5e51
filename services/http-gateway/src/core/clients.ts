import type { Client, Transport } from "@connectrpc/connect";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { CoordinationService } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { createClient } from "@switchyard/rpc";
import { withRetries } from "./retry-transport.js";

/** How the gateway reaches the core. */
export interface CoreTransports {
  readonly scheduler: Transport;
  readonly runnerGateway: Transport;
  readonly logStore: Transport;
  readonly catalog: Transport;
}

/** The core's services as the dialects call them. */
export interface CoreClients {
  readonly jobs: Client<typeof JobService>;
  readonly queues: Client<typeof QueueService>;
  readonly runners: Client<typeof RunnerService>;
  readonly fleet: Client<typeof FleetService>;
  readonly logs: Client<typeof LogService>;
  readonly documents: Client<typeof CatalogService>;
  readonly artifacts: Client<typeof ArtifactService>;
  readonly coordination: Client<typeof CoordinationService>;
}

/**
 * Makes clients over the given transports.
 *
 * @param timeoutMs the deadline of a unary call that names none; without one a hung service would hang its HTTP callers
 */
export function createCoreClients(transports: CoreTransports, timeoutMs: number): CoreClients {
  const scheduler = withDeadline(withRetries(transports.scheduler), timeoutMs);
  const runnerGateway = withDeadline(withRetries(transports.runnerGateway), timeoutMs);
  const logStore = withDeadline(withRetries(transports.logStore), timeoutMs);
  const catalog = withDeadline(withRetries(transports.catalog), timeoutMs);
  return {
    jobs: createClient(JobService, scheduler),
    queues: createClient(QueueService, scheduler),
    runners: createClient(RunnerService, runnerGateway),
    fleet: createClient(FleetService, runnerGateway),
    logs: createClient(LogService, logStore),
    documents: createClient(CatalogService, catalog),
    artifacts: createClient(ArtifactService, catalog),
    coordination: createClient(CoordinationService, catalog),
  };
}

function withDeadline(transport: Transport, defaultTimeoutMs: number): Transport {
  return {
    unary: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.unary(method, signal, timeoutMs ?? defaultTimeoutMs, header, input, contextValues),
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.stream(method, signal, timeoutMs, header, input, contextValues),
  };
}

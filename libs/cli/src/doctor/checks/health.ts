import { Code, ConnectError } from "@connectrpc/connect";
import type { ServiceName } from "@switchyard/client";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@switchyard/proto/grpc/health/v1/health_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { addressOf, serviceKeys, serviceNames } from "../../settings/addresses.js";
import type { Check, Examination } from "../examination.js";
import { fail, failedCall, type Finding, ok, skip } from "../finding.js";

const typeNames: Readonly<Record<ServiceName, string>> = {
  scheduler: JobService.typeName,
  runnerGateway: FleetService.typeName,
  logStore: LogService.typeName,
  catalog: CatalogService.typeName,
};

/** Whether each service says that it takes calls. */
export const healthCheck: Check = {
  name: "health",
  async run(examination) {
    return Promise.all(serviceKeys.map((name) => askHealth(examination, name)));
  },
};

async function askHealth({ settings, reachable, timeoutMs }: Examination, name: ServiceName): Promise<Finding> {
  const address = addressOf(settings.addresses, name);
  const shown = Object.keys(serviceNames).find((known) => serviceNames[known] === name) ?? name;
  if (!reachable.has(name)) return skip(`${shown} was not asked: there is no connection`);
  const transport = createGrpcTransport({ address, ...(settings.tls === undefined ? {} : { tls: settings.tls }) });
  try {
    const { status } = await createClient(Health, transport).check({ service: typeNames[name] }, { timeoutMs });
    if (status === Status.SERVING) return ok(`${shown} takes calls`);
    return fail(
      `${shown} says ${Status[status]}`,
      "Look at what the service waits for (--ops-address), and at its log.",
    );
  } catch (error) {
    if (ConnectError.from(error).code !== Code.NotFound) return failedCall(`${shown} doesn't say how it is`, error);
    return fail(`${address} is not the ${shown}`, "Name each service's own address: --address scheduler=host:port,...");
  } finally {
    transport.close();
  }
}

import type { DescMethod } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { CoordinationService } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";

/** Which part serves what the scheduler does not. */
const partOfService: Readonly<Record<string, "log-store" | "runner-gateway" | "catalog">> = {
  [LogService.typeName]: "log-store",
  [RunnerService.typeName]: "runner-gateway",
  [FleetService.typeName]: "runner-gateway",
  [TokenService.typeName]: "runner-gateway",
  [CatalogService.typeName]: "catalog",
  [ArtifactService.typeName]: "catalog",
  [CoordinationService.typeName]: "catalog",
};

/** Transports of the parts that serve RPC. */
export type PartTransports = Readonly<Record<"scheduler" | "log-store" | "runner-gateway" | "catalog", Transport>>;

/** Makes one transport that reaches every service where it is, as the one of a system in one process does. */
export function joinTransports(transports: PartTransports): Transport {
  const find = ({ parent }: DescMethod) => transports[partOfService[parent.typeName] ?? "scheduler"];
  return {
    unary: (method, ...rest) => find(method).unary(method, ...rest),
    stream: (method, ...rest) => find(method).stream(method, ...rest),
  };
}

import type { DescMethod } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { toConnectError } from "@switchyard/errors";
import type { RpcMiddleware } from "@switchyard/rpc";
import { Counter, Histogram, type Registry } from "prom-client";

interface MethodLabels {
  readonly grpc_service: string;
  readonly grpc_method: string;
  readonly grpc_type: string;
}

/**
 * Counts calls and measures them, under the names that gRPC dashboards know: `grpc_server_started_total`,
 * `grpc_server_handled_total{grpc_code}` and `grpc_server_handling_seconds`.
 */
export function createMetricsMiddleware(registry: Registry): RpcMiddleware {
  const labelNames = ["grpc_service", "grpc_method", "grpc_type"] as const;
  const registers = [registry];
  const started = new Counter({ name: "grpc_server_started_total", help: "Calls begun.", labelNames, registers });
  const handled = new Counter({
    name: "grpc_server_handled_total",
    help: "Calls ended, by status code.",
    labelNames: [...labelNames, "grpc_code"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "grpc_server_handling_seconds",
    help: "Time from the beginning of a call to its end, held calls and streams included.",
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30],
    registers,
  });
  const labelsOf = new WeakMap<DescMethod, MethodLabels>();
  return async ({ method, context }, next) => {
    let labels = labelsOf.get(method);
    if (labels === undefined) {
      labels = { grpc_service: method.parent.typeName, grpc_method: method.name, grpc_type: method.methodKind };
      labelsOf.set(method, labels);
    }
    started.inc(labels);
    const begin = performance.now();
    let code = "OK";
    try {
      await next();
    } catch (error) {
      code = Code[toConnectError(error, context.signal).code];
      throw error;
    } finally {
      handled.inc({ ...labels, grpc_code: code });
      seconds.observe(labels, (performance.now() - begin) / 1000);
    }
  };
}

import type { DescMethod } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { Counter, Histogram, type Registry } from "prom-client";
import type { CallWatcher } from "./call-watcher.js";

/** The metrics of one method with its labels filled in, so that a call looks nothing up by labels. */
interface MethodMetrics {
  readonly started: Counter.Internal;
  readonly seconds: Histogram.Internal<string>;
  /** By status code; undefined is OK. */
  readonly handled: Map<Code | undefined, Counter.Internal>;
}

/**
 * Counts calls and measures them, under the names that gRPC dashboards know: `grpc_server_started_total`,
 * `grpc_server_handled_total{grpc_code}` and `grpc_server_handling_seconds`.
 */
export function createCallMetrics(registry: Registry): CallWatcher {
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
  const known = new Map<DescMethod, MethodMetrics>();
  const metricsOf = (method: DescMethod): MethodMetrics => {
    let metrics = known.get(method);
    if (metrics === undefined) {
      const labels = labelsOf(method);
      metrics = { started: started.labels(labels), seconds: seconds.labels(labels), handled: new Map() };
      known.set(method, metrics);
    }
    return metrics;
  };
  return {
    onBegin({ method }) {
      metricsOf(method).started.inc();
    },
    onEnd({ method }, ms, error) {
      const metrics = metricsOf(method);
      let ended = metrics.handled.get(error?.code);
      if (ended === undefined) {
        const code = error === undefined ? "OK" : (Code[error.code] as string);
        ended = handled.labels({ ...labelsOf(method), grpc_code: code });
        metrics.handled.set(error?.code, ended);
      }
      ended.inc();
      metrics.seconds.observe(ms / 1000);
    },
  };
}

function labelsOf({ parent, name, methodKind }: DescMethod) {
  return { grpc_service: parent.typeName, grpc_method: name, grpc_type: methodKind };
}

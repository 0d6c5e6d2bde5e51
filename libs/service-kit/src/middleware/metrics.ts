import type { DescMethod } from "@bufbuild/protobuf";
import { Counter, type Registry } from "prom-client";
import { CallFigures, codeName } from "./call-figures.js";
import { callSeconds } from "./call-seconds.js";
import type { CallWatcher } from "./call-watcher.js";

/**
 * Counts calls and measures them, under the names that gRPC dashboards know: `grpc_server_started_total`,
 * `grpc_server_handled_total{grpc_code}` and `grpc_server_handling_seconds`. The metrics are made of the figures when somebody reads them.
 */
export function createCallMetrics(registry: Registry): CallWatcher {
  const known = new Map<DescMethod, CallFigures>();
  const labelNames = ["grpc_service", "grpc_method", "grpc_type"] as const;
  const registers = [registry];
  new Counter({
    name: "grpc_server_started_total",
    help: "Calls begun.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { labels, begun } of known.values()) this.inc({ ...labels }, begun);
    },
  });
  new Counter({
    name: "grpc_server_handled_total",
    help: "Calls ended, by status code.",
    labelNames: [...labelNames, "grpc_code"] as const,
    registers,
    collect() {
      this.reset();
      for (const { labels, ended } of known.values()) {
        for (const [code, count] of ended.entries()) {
          if (count > 0) this.inc({ ...labels, grpc_code: codeName(code) }, count);
        }
      }
    },
  });
  registry.registerMetric(callSeconds("grpc_server_handling_seconds", known));

  const figuresOf = (method: DescMethod): CallFigures => {
    let figures = known.get(method);
    if (figures === undefined) {
      figures = new CallFigures(method);
      known.set(method, figures);
    }
    return figures;
  };
  return {
    onBegin({ method }) {
      figuresOf(method).begun++;
    },
    onEnd({ method }, ms, error) {
      figuresOf(method).end(ms / 1000, error?.code);
    },
  };
}

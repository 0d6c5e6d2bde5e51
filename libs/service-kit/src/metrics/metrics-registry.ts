import { collectDefaultMetrics, Registry } from "prom-client";

/** Makes a registry with the metrics of the process itself: CPU, memory, event-loop lag, garbage collection. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

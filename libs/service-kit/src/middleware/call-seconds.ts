import type { Histogram, MetricValueWithName } from "prom-client";
import { type CallFigures, type MethodLabels, secondsBounds } from "./call-figures.js";

type Value = MetricValueWithName<keyof MethodLabels | "le">;

/** The times of calls as a histogram, whose classes hold all shorter times too. */
export function callSeconds(name: string, known: ReadonlyMap<unknown, CallFigures>): Histogram {
  const metric = {
    name,
    help: "Time from the beginning of a call to its end, held calls and streams included.",
    type: "histogram",
    aggregator: "sum",
    async get() {
      const values = [...known.values()].flatMap((figures) => valuesOf(name, figures));
      return { name, help: this.help, type: this.type, aggregator: this.aggregator, values };
    },
  };
  // This is all that a registry reads of a metric; one of prom-client's own can't be filled but observation by observation.
  return metric as unknown as Histogram;
}

function valuesOf(name: string, { labels, times, seconds }: CallFigures): Value[] {
  const values: Value[] = [];
  let count = 0;
  for (const [i, ended] of times.entries()) {
    count += ended;
    const le = secondsBounds[i] ?? "+Inf";
    values.push({ metricName: `${name}_bucket`, labels: { le, ...labels }, value: count });
  }
  if (count === 0) return [];
  values.push({ metricName: `${name}_sum`, labels: { ...labels }, value: seconds });
  values.push({ metricName: `${name}_count`, labels: { ...labels }, value: count });
  return values;
}

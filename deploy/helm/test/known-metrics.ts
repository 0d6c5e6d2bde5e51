import { readFile } from "node:fs/promises";
import { collectDefaultMetrics, Registry } from "prom-client";

/** Labels that Prometheus and the ServiceMonitor add to every series. */
const targetLabels = ["namespace", "service", "pod", "component", "job", "instance"];

/** Labels that the default metrics of prom-client have, which its registry does not list. */
const defaultLabels = ["space", "kind", "type", "version", "le", "quantile"];

/** What prom-client knows of a metric; its types leave most of it out. */
interface RegisteredMetric {
  readonly name: string;
  readonly type: string;
  readonly labelNames?: readonly string[];
}

/** A row of the table of metrics, which a test of the services holds against what they really show. */
const row = /^\| `([a-z0-9_]+)` \| (counter|gauge|histogram|summary) \|([^|]*)\|/gm;

/** Series that the services have, with the labels that can be asked for. */
export async function knownSeries(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const series = new Map<string, ReadonlySet<string>>([["up", new Set(targetLabels)]]);
  const add = (name: string, type: string, labels: readonly string[]) => {
    const suffixes =
      type === "histogram" ? ["_bucket", "_sum", "_count"] : type === "summary" ? ["", "_sum", "_count"] : [""];
    for (const suffix of suffixes)
      series.set(`${name}${suffix}`, new Set([...targetLabels, ...defaultLabels, ...labels]));
  };
  const defaults = new Registry();
  collectDefaultMetrics({ register: defaults });
  for (const { name, type, labelNames } of defaults.getMetricsAsArray() as unknown as RegisteredMetric[])
    add(name, type, labelNames ?? []);
  const table = await readFile(new URL("../../../services/METRICS.md", import.meta.url), "utf8");
  for (const [, name = "", type = "", labels = ""] of table.matchAll(row))
    add(
      name,
      type,
      Array.from(labels.matchAll(/`(\w+)`/g), ([, label]) => label as string),
    );
  return series;
}

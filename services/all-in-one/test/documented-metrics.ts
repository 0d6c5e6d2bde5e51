import type { Registry } from "prom-client";

/** Those of the process are prom-client's own, the same in every service. */
const isOfProcess = (name: string) => /^(process|nodejs)_/.test(name);

interface Measured {
  readonly name: string;
  readonly labelNames?: readonly string[];
  readonly constructor: { readonly name: string };
}

/** The metrics of a registry, as `name type labels`, in order. */
export function metricsOf(registry: Registry): string[] {
  return (registry.getMetricsAsArray() as unknown as Measured[])
    .filter(({ name }) => !isOfProcess(name))
    .map((metric) => {
      const labels = metric.labelNames?.filter((label) => label !== "le") ?? [];
      return [metric.name, metric.constructor.name.toLowerCase(), ...labels].join(" ");
    })
    .sort();
}

/** The metrics of a page, as `name type`, in order. */
export function metricsOfPage(page: string): string[] {
  return [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`).sort();
}

/** The tables of the document by section: of each row the name, the type and the labels. Sections of dialects have no labels here, as pages show none. */
export function documentedMetrics(document: string): Record<string, string[]> {
  const sections: Record<string, string[]> = {};
  for (const section of document.split(/^## /m).slice(1)) {
    const title = section.slice(0, section.indexOf("\n")).trim();
    const rows = [...section.matchAll(/^\| `([a-z0-9_]+)` *\| *(\w+) *\|([^|]*)\|/gm)];
    if (rows.length === 0) continue;
    const labelsOf = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, label]) => label);
    const isPage = title.endsWith("dialect");
    sections[title] = rows
      .map(([, name, type, labels = ""]) => [name, type, ...(isPage ? [] : labelsOf(labels))].join(" "))
      .sort();
  }
  return sections;
}

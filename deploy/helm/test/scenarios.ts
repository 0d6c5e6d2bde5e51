import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { chart, helm } from "./helm.js";
import type { Manifest } from "./manifest.js";

/** Release and namespace of all scenarios. */
export const [release, namespace] = ["rel", "jobs"];

/** The values that the chart is tried with, by their name; one file each in the chart's ci/. */
export const scenarioNames: readonly string[] = readdirSync(join(chart, "ci")).map((file) =>
  file.replace(/-values\.yaml$/, ""),
);

/** The file of a scenario's values. */
export const valuesFile = (scenario: string): string => join(chart, "ci", `${scenario}-values.yaml`);

const rendered = new Map<string, Promise<readonly Manifest[]>>();

/** What the chart makes of a scenario, hooks and tests included; rendered once in a process. */
export function manifestsOf(scenario: string): Promise<readonly Manifest[]> {
  let manifests = rendered.get(scenario);
  if (manifests === undefined) {
    manifests = render(scenario);
    rendered.set(scenario, manifests);
  }
  return manifests;
}

async function render(scenario: string): Promise<readonly Manifest[]> {
  const { ok, stdout, stderr } = await helm("template", release, chart, "-n", namespace, "-f", valuesFile(scenario));
  if (!ok) throw new Error(`${scenario} cannot be rendered: ${stderr}`);
  return parseAllDocuments(stdout)
    .map((document) => {
      // A key that stands twice is an error to a cluster as well.
      if (document.errors.length > 0) throw new Error(`${scenario}: ${document.errors.join("; ")}`);
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { chart } from "./helm.js";
import { knownSeries } from "./known-metrics.js";
import { type Manifest, ofKind } from "./manifest.js";
import { manifestsOf } from "./scenarios.js";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

const runbooks = join(import.meta.dirname, "../../runbooks");
let series: ReadonlyMap<string, ReadonlySet<string>>;
let manifests: readonly Manifest[];
let rules: readonly Rule[];

beforeAll(async () => {
  series = await knownSeries();
  manifests = await manifestsOf("observability");
  rules = ofKind(manifests, "PrometheusRule").flatMap(({ spec }) =>
    spec.groups.flatMap((group: { rules: Rule[] }) => group.rules),
  );
});

/** Functions and words of PromQL that stand where a name of a series could. */
const words =
  /^(?:sum|rate|by|ignoring|and|or|unless|vector|changes|deriv|histogram_quantile|topk|time|max|min|label_values)$/;

/** What is wrong with an expression: series that nobody has, labels that they do not have. */
function problemsOf(expression: string): readonly string[] {
  const problems: string[] = [];
  const bare = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  // Names of labels stand in the lists of `by` and `ignoring`, and in braces.
  const withoutLists = bare.replace(/\b(?:by|ignoring) \([^)]*\)/g, "").replace(/\[[^\]]*\]/g, "");
  for (const [, name = "", braces = ""] of withoutLists.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?/g)) {
    if (words.test(name) || /^\d/.test(name) || /(?:^|[^\w])\d+$/.test(name)) continue;
    // What is within braces was seen with its series.
    if (!withoutLists.replace(/\{[^}]*\}/g, "").includes(name)) continue;
    const labels = series.get(name);
    if (labels === undefined) problems.push(`no service has ${name}`);
    for (const [, label = ""] of braces.matchAll(/(\w+)\s*[=!]/g))
      if (labels !== undefined && !labels.has(label)) problems.push(`${name} has no label ${label}`);
  }
  const all = new Set([...series.values()].flatMap((labels) => [...labels]));
  for (const [, list = ""] of bare.matchAll(/\b(?:by|ignoring) \(([^)]*)\)/g))
    for (const label of list.split(",").map((one) => one.trim()))
      if (!all.has(label)) problems.push(`no series has the label ${label}`);
  return problems;
}

describe("alerts", () => {
  test("ask for series and labels that the services have", () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.flatMap(({ alert, expr }) => problemsOf(expr).map((problem) => `${alert}: ${problem}`))).toEqual([]);
  });

  test("look at the release alone", () => {
    for (const { alert, expr } of rules) {
      expect(expr, alert).not.toContain("$selector");
      const asked = expr.match(/\{/g)?.length;
      expect(expr.match(/\{namespace="jobs",service=~"rel-switchyard-\.\*"/g)?.length, alert).toBe(asked);
    }
  });

  test("have a runbook each, and each runbook an alert", () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    expect(
      readdirSync(runbooks)
        .map((file) => file.replace(/\.md$/, ""))
        .sort(),
    ).toEqual([...names].sort());
    for (const { alert, annotations } of rules)
      expect(annotations.runbook_url).toBe(`https://runbooks.example.org/switchyard/${alert}.md`);
  });

  test("say what happens, in what they show", () => {
    for (const { annotations } of rules) expect(annotations.summary.length).toBeGreaterThan(20);
  });
});

test("runbooks have their parts, and their links lead somewhere", () => {
  for (const file of readdirSync(runbooks)) {
    const text = readFileSync(join(runbooks, file), "utf8");
    expect(text).toMatch(new RegExp(`^# ${file.replace(/\.md$/, "")}\n`));
    for (const part of ["## See", "## Do"]) expect(text, file).toContain(part);
    for (const [, target = ""] of text.matchAll(/\]\(([^)]+)\)/g))
      expect(existsSync(join(runbooks, target)), `${file}: ${target}`).toBe(true);
  }
});

describe("dashboards", () => {
  const files = readdirSync(join(chart, "dashboards"));

  test.each(files)("%s asks for series and labels that the services have", (file) => {
    const dashboard = JSON.parse(readFileSync(join(chart, "dashboards", file), "utf8"));
    const expressions: string[] = dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) => expr),
    );
    expect(expressions.length).toBeGreaterThan(3);
    expect(expressions.flatMap(problemsOf)).toEqual([]);
    expect(dashboard.uid).toBe(`switchyard-${file.replace(/\.json$/, "")}`);
  });

  test("stand in ConfigMaps, unchanged", () => {
    const maps = ofKind(manifests, "ConfigMap");
    expect(maps).toHaveLength(files.length);
    for (const { data = {}, metadata } of maps) {
      expect(metadata.labels).toMatchObject({ grafana_dashboard: "1" });
      for (const [name, text] of Object.entries(data))
        expect(text).toBe(readFileSync(join(chart, "dashboards", name.replace(/^rel-/, "")), "utf8"));
    }
  });
});

test("the query of the runners' scaler asks for series that the scheduler has", async () => {
  const [scaler] = ofKind(await manifestsOf("keda"), "ScaledObject");
  const { query, threshold } = scaler?.spec.triggers[0].metadata ?? {};
  expect(problemsOf(query)).toEqual([]);
  expect(query).toContain('job_namespace="builds"');
  expect(threshold).toBe("8");
});

describe("the check of expressions", () => {
  test("finds series and labels that are not there", () => {
    expect(problemsOf('rate(grpc_server_handled{grpc_code="OK"}[5m])')).toEqual(["no service has grpc_server_handled"]);
    expect(problemsOf('sum by (colour) (up{kolour="x"})')).toEqual([
      "up has no label kolour",
      "no series has the label colour",
    ]);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { environmentOf } from "../../../test/service-environment.js";
import { chart } from "../helm.js";
import { podsOf } from "../manifest.js";
import { manifestsOf, scenarioNames } from "../scenarios.js";

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

/** Of a volume with a Secret or a ConfigMap. */
interface Files {
  readonly items: readonly { readonly path: string }[];
}

describe.each(scenarioNames)("the environment of %s", (scenario) => {
  test("has only variables that the program reads, each once", async () => {
    for (const { spec } of podsOf(await manifestsOf(scenario))) {
      const [{ args, env }] = spec.containers;
      // The smoke test is a script with settings of its own.
      if (args === undefined) continue;
      const names = env.map(({ name }: Variable) => name);
      expect(new Set(names).size, names.join(" ")).toBe(names.length);
      const known = environmentOf(args[0]);
      // What only serves to write other variables is for Kubernetes to read.
      const text = env.map(({ value = "" }: Variable) => value).join(" ");
      expect(names.filter((name: string) => !known.has(name) && !text.includes(`$(${name})`))).toEqual([]);
    }
  });

  test("names files that are mounted, and gives the rest as text", async () => {
    for (const { spec } of podsOf(await manifestsOf(scenario))) {
      const [{ env, volumeMounts = [] }] = spec.containers;
      const files = (spec.volumes ?? []).flatMap(
        ({ name, secret, configMap }: { name: string; secret?: Files; configMap?: Files }) => {
          const { mountPath } = volumeMounts.find((mount: { name: string }) => mount.name === name);
          return ((secret ?? configMap)?.items ?? []).map(({ path }) => `${mountPath}/${path}`);
        },
      );
      const named = env
        .filter(({ name }: Variable) => /_(?:FILE|PATH)$/.test(name))
        .map(({ value }: Variable) => value);
      expect([...new Set(named)].sort()).toEqual([...files].sort());
      for (const { value, valueFrom } of env)
        expect(typeof (value ?? valueFrom?.fieldRef.fieldPath), JSON.stringify(valueFrom)).toBe("string");
    }
  });

  test("names addresses of Services of the release, at their ports", async () => {
    const manifests = await manifestsOf(scenario);
    const addresses = manifests
      .filter(({ kind }) => kind === "Service")
      .flatMap(({ metadata, spec }) => spec.ports.map(({ port }: { port: number }) => `${metadata.name}:${port}`));
    const outside = ["runners.example.org:7402"];
    for (const { spec } of podsOf(manifests))
      for (const { name, value } of spec.containers[0].env as Variable[])
        if (name.endsWith("_ADDRESS") && name !== "SCHEDULER_ADVERTISE_ADDRESS")
          expect([...addresses, ...outside]).toContain(value);
  });
});

describe("the schema of values", () => {
  const schema = JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8"));
  const programs = {
    scheduler: "scheduler",
    runnerGateway: "runner-gateway",
    logStore: "log-store",
    catalog: "catalog",
    httpGateway: "http-gateway",
    runner: "runner",
    pipelineWorker: "pipeline-worker",
  };

  test.each(Object.entries(programs))("takes settings of %s that the service reads", (key, program) => {
    const settings = Object.keys(schema.properties[key].properties.config.properties);
    expect(settings.length).toBeGreaterThan(0);
    const known = environmentOf(program);
    expect(settings.filter((name) => !known.has(name))).toEqual([]);
    const secrets: string[] = schema.properties[key].properties.secrets?.properties.keys.items.enum ?? [];
    expect(secrets.filter((name) => !known.has(`${name}_FILE`))).toEqual([]);
  });
});

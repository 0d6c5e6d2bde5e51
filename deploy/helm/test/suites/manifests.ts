import { describe, expect, test } from "vitest";
import { problemsOf } from "../check-manifest.js";
import { manifestsOf, namespace, scenarioNames } from "../scenarios.js";

describe.each(scenarioNames)("the manifests of %s", (scenario) => {
  test("fit the schemas of their types, without unknown fields", async () => {
    const manifests = await manifestsOf(scenario);
    expect(manifests.length).toBeGreaterThan(4);
    const problems = manifests.flatMap((manifest) =>
      problemsOf(manifest).map((problem) => `${manifest.kind} ${manifest.metadata.name}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  test("have names of their own, short enough, in the release's namespace", async () => {
    const manifests = await manifestsOf(scenario);
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { metadata, kind } of manifests) {
      expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      if (!kind.startsWith("Role")) expect(metadata.namespace).toBe(namespace);
    }
  });
});

describe("the check of manifests", () => {
  const policy = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "a" },
    spec: { maxUnavailable: 1 },
  };

  test("passes what is right", () => expect(problemsOf(policy)).toEqual([]));

  test("finds a field that the type does not have", () =>
    expect(problemsOf({ ...policy, spec: { ...policy.spec, maxUnavailabel: 2 } })).toEqual([
      "unknown field /spec/maxUnavailabel",
    ]));

  test("finds a value of the wrong type", () =>
    expect(problemsOf({ ...policy, spec: { minAvailable: true } })[0]).toContain("minAvailable"));
});

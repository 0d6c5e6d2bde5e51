import { describe, expect, test } from "vitest";
import { loadRunnerConfig } from "../../../../services/runner/src/config.js";
import { parseExecutors } from "../../../../services/runner/src/executors/file/read-executors.js";
import { loadWorkerProcessConfig } from "../../../../services/pipeline-worker/src/process-config.js";
import { type Manifest, ofKind, podsOf, selects } from "../manifest.js";
import { manifestsOf, namespace, scenarioNames } from "../scenarios.js";

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

/** What a program of the release sees, as in a pod `pod-1`; without its files. */
function environmentIn(manifests: readonly Manifest[], component: string): Readonly<Record<string, string>> {
  const fields: Readonly<Record<string, string>> = { "metadata.name": "pod-1", "metadata.namespace": namespace };
  const pod = podsOf(manifests).find((one) => one.component === component);
  const env: readonly Variable[] = pod?.spec.containers[0].env ?? [];
  return Object.fromEntries(
    env
      .filter(({ name }) => !name.endsWith("_FILE"))
      .map(({ name, value, valueFrom }) => [name, value ?? fields[valueFrom?.fieldRef.fieldPath ?? ""] ?? ""]),
  );
}

/** Rights by the namespace in which they hold, of the runner's service account. */
function rightsOf(manifests: readonly Manifest[]): Readonly<Record<string, readonly string[]>> {
  const roles = new Map(
    ofKind(manifests, "Role").map((role) => [`${role.metadata.namespace}/${role.metadata.name}`, role]),
  );
  const rights: Record<string, string[]> = {};
  for (const binding of ofKind(manifests, "RoleBinding") as readonly (Manifest & Binding)[]) {
    const { namespace: where = "", name } = binding.metadata;
    expect(binding.roleRef.name).toBe(name);
    expect(binding.subjects).toEqual([{ kind: "ServiceAccount", name: "rel-switchyard-runner", namespace }]);
    const rules: readonly Rule[] = roles.get(`${where}/${binding.roleRef.name}`)?.rules ?? [];
    const held = rules.map(
      ({ apiGroups, resources, verbs }) => `${apiGroups.join()}/${resources.join()}: ${verbs.join(" ")}`,
    );
    rights[where] = [...(rights[where] ?? []), ...held];
  }
  return rights;
}

interface Binding {
  readonly roleRef: { readonly name: string };
  readonly subjects: unknown;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describe("runners with executors of a file", () => {
  test("read it from a ConfigMap, in the form that the runner takes, and are renewed with it", async () => {
    const manifests = await manifestsOf("executors");
    const config = loadRunnerConfig(environmentIn(manifests, "runner"));
    expect(config).toMatchObject({ profile: "file", executorsPath: "/etc/switchyard/executors/executors.yaml" });
    const [map] = ofKind(manifests, "ConfigMap");
    const { executors, problems } = parseExecutors("executors.yaml", map?.data?.["executors.yaml"] ?? "");
    expect(problems).toEqual([]);
    expect([...executors.keys()]).toEqual(["report.*", "thumbnail.make"]);
    const [runner] = ofKind(manifests, "Deployment").filter(({ metadata }) => metadata.name.endsWith("-runner"));
    expect(runner?.spec.template.metadata.annotations["checksum/executors"]).toMatch(/^[0-9a-f]{16}$/);
    const volume = runner?.spec.template.spec.volumes.find(({ name }: { name: string }) => name === "executors");
    expect(volume.configMap.name).toBe(map?.metadata.name);
  });
});

describe("runners that make Jobs", () => {
  test("are told what jobs may do, as the runner reads it", async () => {
    const config = loadRunnerConfig(environmentIn(await manifestsOf("executor"), "runner"));
    expect(config).toMatchObject({ profile: "kubernetes", pod: { name: "pod-1", namespace }, pool: undefined });
    expect(config.kubernetes).toEqual({
      namespace: "batch",
      images: ["registry.example.org/team/*", "docker.io/library/busybox:*"],
      serviceAccounts: ["trainer"],
      secrets: ["models-*"],
      configMaps: ["datasets"],
      pullSecrets: ["registry"],
      defaultRequests: { cpu: "100m", memory: "128Mi" },
      defaultLimits: { memory: "1Gi" },
      maxResources: { cpu: "8", memory: "64Gi", "nvidia.com/gpu": "1" },
      labels: { team: "models" },
      annotations: { "example.org/owner": "models" },
      templatePath: "/etc/switchyard/pod-template/pod-template.yaml",
      ttlMs: 600_000,
      startTimeoutMs: 300_000,
      forceDeleteAfterMs: 900_000,
    });
  });

  test("have these rights, and no others", async () => {
    expect(rightsOf(await manifestsOf("executor"))).toEqual({
      batch: [
        "batch/jobs: create get list watch delete",
        "/pods: get list watch delete",
        "/pods/log: get",
        "/secrets: create",
      ],
      [namespace]: ["/pods: patch"],
    });
  });

  test("read the pod template from a ConfigMap, and are renewed with it", async () => {
    const manifests = await manifestsOf("executor");
    const [map] = ofKind(manifests, "ConfigMap");
    expect(map?.data?.["pod-template.yaml"]).toContain("priorityClassName: low");
    const [runner] = ofKind(manifests, "Deployment").filter(({ metadata }) => metadata.name.endsWith("-runner"));
    expect(runner?.spec.template.metadata.annotations["checksum/pod-template"]).toMatch(/^[0-9a-f]{16}$/);
    const volume = runner?.spec.template.spec.volumes.find(({ name }: { name: string }) => name === "pod-template");
    expect(volume.configMap.name).toBe(map?.metadata.name);
  });

  test.each(scenarioNames.filter((name) => name !== "executor"))(
    "are not in %s, and nobody has rights",
    async (scenario) => {
      const manifests = await manifestsOf(scenario);
      expect(rightsOf(manifests)).toEqual({});
      expect(
        Object.keys(environmentIn(manifests, "runner")).filter((name) => /^KUBERNETES_|POD_NAME/.test(name)),
      ).toEqual([]);
    },
  );
});

describe("a runner that keeps a pool", () => {
  test("is one pod, replaced by ending the old one first, and without a budget", async () => {
    const manifests = await manifestsOf("pool");
    const [runner] = ofKind(manifests, "Deployment").filter(({ metadata }) => metadata.name.endsWith("-runner"));
    expect(runner?.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    const labels = runner?.spec.template.metadata.labels;
    expect(ofKind(manifests, "PodDisruptionBudget").some(({ spec }) => selects(spec.selector, labels))).toBe(false);
  });

  test("gives its runners names that outlive the pod", async () => {
    const { pool, profile } = loadRunnerConfig(environmentIn(await manifestsOf("pool"), "runner"));
    expect(profile).toBe("parameter-command");
    expect(pool?.size).toBe(3);
    expect(pool?.nameOf(2)).toBe("rel-switchyard-runner-2");
  });
});

const drains = { runner: loadRunnerConfig, "pipeline-worker": loadWorkerProcessConfig };

describe.each(scenarioNames)("who works in %s", (scenario) => {
  test("has half a minute more than the drain for the stop", async () => {
    const manifests = await manifestsOf(scenario);
    for (const { component, spec } of podsOf(manifests)) {
      const load = drains[component as keyof typeof drains];
      if (load === undefined) continue;
      const { drainMs } = load(environmentIn(manifests, component));
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainMs / 1000 + 30);
      expect(spec.shareProcessNamespace).toBe(true);
    }
  });
});

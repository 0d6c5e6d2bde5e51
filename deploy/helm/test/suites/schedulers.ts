import { describe, expect, test } from "vitest";
import { loadSchedulerConfig } from "../../../../services/scheduler/src/config.js";
import { type Manifest, ofKind, podsOf } from "../manifest.js";
import { manifestsOf } from "../scenarios.js";

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

/** The scheduler's settings as in a pod `pod-1` at 10.1.2.3; without its files. */
function settingsIn(manifests: readonly Manifest[]) {
  const fields: Readonly<Record<string, string>> = { "metadata.name": "pod-1", "status.podIP": "10.1.2.3" };
  const pod = podsOf(manifests).find(({ component }) => component === "scheduler");
  const variables: Record<string, string> = { DATABASE_URL: "postgres://a/b" };
  const env: readonly Variable[] = pod?.spec.containers[0].env ?? [];
  for (const { name, value, valueFrom } of env) {
    if (name.endsWith("_FILE") || name.endsWith("_PATH")) continue;
    const text = value ?? fields[valueFrom?.fieldRef.fieldPath ?? ""] ?? "";
    // As Kubernetes does it: with what was named before.
    variables[name] = text.replace(/\$\((\w+)\)/g, (reference, other: string) => variables[other] ?? reference);
  }
  return loadSchedulerConfig(variables).core;
}

describe("schedulers", () => {
  test.each([
    ["minimal", 4],
    ["ha", 16],
    ["trial", 1],
  ])("of %s own %i shards between them, reached by their IPs and named after their pods", async (scenario, shards) => {
    const manifests = await manifestsOf(scenario);
    expect(settingsIn(manifests)).toMatchObject({ shards, advertiseAddress: "10.1.2.3:7401", replicaId: "pod-1" });
  });

  test.each([
    ["minimal", 2, 1],
    ["ha", 3, 1],
    ["trial", 1, 0],
  ])("of %s are %i pods that are replaced one by one", async (scenario, replicas, budgets) => {
    const manifests = await manifestsOf(scenario);
    const isScheduler = ({ metadata }: Manifest) => metadata.name === "rel-switchyard-scheduler";
    const [deployment] = ofKind(manifests, "Deployment").filter(isScheduler);
    expect(deployment?.spec).toMatchObject({
      replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
    expect(ofKind(manifests, "PodDisruptionBudget").filter(isScheduler)).toHaveLength(budgets);
  });

  test("and the migration read where shards live from one Secret", async () => {
    const readers = podsOf(await manifestsOf("ha")).filter(({ spec }) =>
      spec.containers[0].env.some(({ name }: Variable) => name === "SCHEDULER_SHARD_DATABASES_FILE"),
    );
    expect(readers.map(({ component }) => component).sort()).toEqual(["migrate", "scheduler"]);
    for (const { spec } of readers) {
      const { secret } = spec.volumes.find(({ name }: { name: string }) => name === "shard-databases");
      expect(secret).toEqual({ secretName: "switchyard-shards", items: [{ key: "urls", path: "databases" }] });
    }
  });
});

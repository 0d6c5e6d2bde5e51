import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readFileSync } from "node:fs";
import { type Manifest, ofKind, podsOf, selects } from "../manifest.js";
import { manifestsOf, scenarioNames, valuesFile } from "../scenarios.js";

interface Port {
  readonly name: string;
  readonly containerPort: number;
}

/** Every name below a key that names an existing Secret, in the values of a scenario. */
function existingSecrets(values: unknown): readonly string[] {
  if (typeof values !== "object" || values === null) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    key === "existingSecret" ? [String(value)] : existingSecrets(value),
  );
}

const keysOf = (secret: Manifest | undefined) => Object.keys({ ...secret?.data, ...secret?.stringData });

describe.each(scenarioNames)("within %s", (scenario) => {
  const values: unknown = parse(readFileSync(valuesFile(scenario), "utf8"));

  test("selectors match the pods that they are for, and no others", async () => {
    const manifests = await manifestsOf(scenario);
    const pods = podsOf(manifests);
    for (const { metadata, spec } of ofKind(manifests, "Deployment")) {
      const component = metadata.labels?.["app.kubernetes.io/component"];
      const selected = pods.filter(({ labels }) => selects(spec.selector, labels));
      expect(selected.map(({ owner }) => owner.metadata.name)).toEqual([metadata.name]);
      expect(selected[0]?.component).toBe(component);
      for (const spread of spec.template.spec.topologySpreadConstraints)
        expect(selects(spread.labelSelector, selected[0]?.labels ?? {})).toBe(true);
    }
  });

  test("each port of a Service is a port of the one kind of pod that it selects", async () => {
    const manifests = await manifestsOf(scenario);
    for (const service of ofKind(manifests, "Service")) {
      const pods = podsOf(manifests).filter(({ labels }) => selects({ matchLabels: service.spec.selector }, labels));
      expect(pods, service.metadata.name).toHaveLength(1);
      const names = pods[0]?.spec.containers[0].ports.map(({ name }: Port) => name);
      for (const { targetPort } of service.spec.ports) expect(names).toContain(targetPort);
      const grpc = service.spec.ports.find(({ name }: Port) => name === "grpc");
      // One virtual address would keep each client on one pod.
      if (grpc !== undefined) expect(service.spec.clusterIP).toBe("None");
    }
  });

  test("containers mount what pods have, and probes ask ports that are there", async () => {
    for (const { spec } of podsOf(await manifestsOf(scenario))) {
      const volumes = (spec.volumes ?? []).map(({ name }: { name: string }) => name);
      const [container] = spec.containers;
      const mounts = (container.volumeMounts ?? []).map(({ name }: { name: string }) => name);
      expect([...mounts].sort()).toEqual([...volumes].sort());
      const ports = (container.ports ?? []).map(({ name }: Port) => name);
      const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
      for (const probe of probes.filter(Boolean)) expect(ports).toContain(probe.httpGet.port);
      if (ports.length > 0) expect(probes.every(Boolean)).toBe(true);
    }
  });

  test("Secrets and claims are made by the chart with the keys that are read, or are said to exist", async () => {
    const manifests = await manifestsOf(scenario);
    const made = new Map(ofKind(manifests, "Secret").map((secret) => [secret.metadata.name, secret]));
    const certificates = ofKind(manifests, "Certificate").map(({ spec }) => spec.secretName);
    const existing = existingSecrets(values);
    for (const { owner, spec } of podsOf(manifests)) {
      for (const { secret, persistentVolumeClaim } of spec.volumes ?? []) {
        if (persistentVolumeClaim !== undefined) {
          const claims = ofKind(manifests, "PersistentVolumeClaim").map(({ metadata }) => metadata.name);
          expect(claims).toContain(persistentVolumeClaim.claimName);
        }
        if (secret === undefined || existing.includes(secret.secretName) || certificates.includes(secret.secretName))
          continue;
        const keys = keysOf(made.get(secret.secretName));
        for (const { key } of secret.items) expect(keys, `${owner.metadata.name}: ${secret.secretName}`).toContain(key);
      }
    }
    // What a hook reads is a hook that runs before.
    for (const { owner, spec } of podsOf(manifests).filter(
      ({ owner }) => owner.metadata.annotations?.["helm.sh/hook"] === "pre-install,pre-upgrade",
    ))
      for (const { secret } of spec.volumes)
        if (secret !== undefined && !existing.includes(secret.secretName)) {
          const annotations = made.get(secret.secretName)?.metadata.annotations;
          expect(annotations?.["helm.sh/hook"]).toBe(owner.metadata.annotations?.["helm.sh/hook"]);
          expect(Number(annotations?.["helm.sh/hook-weight"])).toBeLessThan(
            Number(owner.metadata.annotations?.["helm.sh/hook-weight"]),
          );
        }
  });

  test("budgets and scalers are for Deployments of the release, whose replicas nobody else sets", async () => {
    const manifests = await manifestsOf(scenario);
    const deployments = new Map(ofKind(manifests, "Deployment").map((one) => [one.metadata.name, one]));
    for (const { spec } of ofKind(manifests, "PodDisruptionBudget"))
      expect(podsOf(manifests).filter(({ labels }) => selects(spec.selector, labels))).toHaveLength(1);
    const scalers = [...ofKind(manifests, "HorizontalPodAutoscaler"), ...ofKind(manifests, "ScaledObject")];
    for (const { spec } of scalers) {
      expect(deployments.has(spec.scaleTargetRef.name)).toBe(true);
      expect(deployments.get(spec.scaleTargetRef.name)?.spec.replicas).toBeUndefined();
    }
    expect([...deployments.values()].filter(({ spec }) => spec.replicas === undefined)).toHaveLength(scalers.length);
  });

  test("Ingresses and routes lead to a port of the http-gateway", async () => {
    const manifests = await manifestsOf(scenario);
    const services = new Map(ofKind(manifests, "Service").map((one) => [one.metadata.name, one]));
    const portsOf = (name: string): readonly { name: string; port: number }[] => services.get(name)?.spec.ports ?? [];
    for (const { spec } of ofKind(manifests, "Ingress"))
      for (const { http } of spec.rules)
        for (const { backend } of http.paths)
          expect(portsOf(backend.service.name).map(({ name }) => name)).toContain(backend.service.port.name);
    for (const { spec } of ofKind(manifests, "HTTPRoute"))
      for (const { backendRefs } of spec.rules)
        for (const { name, port } of backendRefs) expect(portsOf(name).map((one) => one.port)).toContain(port);
  });

  test("pods are locked down, and no token of the cluster is in one that does not need it", async () => {
    const manifests = await manifestsOf(scenario);
    const accounts = ofKind(manifests, "ServiceAccount");
    for (const { component, spec, labels } of podsOf(manifests)) {
      const needsToken = component === "runner" && ofKind(manifests, "RoleBinding").length > 0;
      expect(spec.automountServiceAccountToken).toBe(needsToken);
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(spec.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(spec.containers[0].resources.limits.memory).toBeDefined();
      expect(labels["app.kubernetes.io/instance"]).toBe("rel");
      if (spec.serviceAccountName !== undefined && spec.serviceAccountName !== "jobs")
        expect(accounts.map(({ metadata }) => metadata.name)).toContain(spec.serviceAccountName);
    }
    for (const { spec } of ofKind(manifests, "Deployment")) {
      // Above what the service itself waits for: propagation, calls in flight, jobs.
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(60);
    }
  });
});

import { describe, expect, test } from "vitest";
import { ofKind, podsOf, selects } from "../manifest.js";
import { manifestsOf, scenarioNames } from "../scenarios.js";

interface Port {
  readonly name: string;
  readonly containerPort: number;
}

interface Endpoint {
  readonly scheme: string;
  readonly relabelings: readonly { readonly action?: string; readonly regex?: string }[];
}

describe.each(scenarioNames)("the operations port in %s", (scenario) => {
  test("is where each service listens, with probes, a Service and a way for metrics", async () => {
    const manifests = await manifestsOf(scenario);
    const policies = ofKind(manifests, "NetworkPolicy");
    for (const { owner, component, labels, spec } of podsOf(manifests)) {
      if (owner.kind !== "Deployment") continue;
      const [{ env, ports, readinessProbe }] = spec.containers;
      const ops: Port = ports.find(({ name }: Port) => name === "ops");
      expect(env, component).toContainEqual({ name: "OPS_LISTEN", value: `0.0.0.0:${ops.containerPort}` });
      expect(readinessProbe.httpGet).toMatchObject({ port: "ops", path: "/readyz" });
      const services = ofKind(manifests, "Service").filter(
        (service) =>
          selects({ matchLabels: service.spec.selector }, labels) &&
          service.spec.ports.some(({ name }: Port) => name === "ops"),
      );
      expect(services, component).toHaveLength(1);
      const ways = policies
        .filter((policy) => policy.spec.ingress !== undefined && selects(policy.spec.podSelector, labels))
        .flatMap((policy) => policy.spec.ingress)
        .filter((rule) => rule.ports.some(({ port }: { port: string }) => port === "ops"));
      expect(ways, component).toHaveLength(policies.length === 0 ? 0 : 1);
    }
  });

  test("is scraped once from each service, by the scheme of its probes", async () => {
    const manifests = await manifestsOf(scenario);
    for (const { spec } of ofKind(manifests, "ServiceMonitor"))
      for (const { owner, component, spec: pod } of podsOf(manifests)) {
        if (owner.kind !== "Deployment") continue;
        const endpoints = (spec.endpoints as readonly Endpoint[]).filter(({ relabelings }) =>
          relabelings.every(({ action, regex }) => action !== "keep" || new RegExp(`^(?:${regex})$`).test(component)),
        );
        expect(
          endpoints.map(({ scheme }) => scheme.toUpperCase()),
          component,
        ).toEqual([pod.containers[0].readinessProbe.httpGet.scheme]);
      }
  });
});

test("runners and workers answer in plain text where the others do so over TLS", async () => {
  const schemes = podsOf(await manifestsOf("tls"))
    .filter(({ owner }) => owner.kind === "Deployment")
    .map(({ component, spec }) => `${component} ${spec.containers[0].readinessProbe.httpGet.scheme}`);
  expect(schemes.sort()).toEqual([
    "catalog HTTPS",
    "http-gateway HTTPS",
    "log-store HTTPS",
    "pipeline-worker HTTP",
    "runner HTTP",
    "runner-gateway HTTPS",
    "scheduler HTTPS",
  ]);
});

test.each([
  ["minimal", "rel-switchyard-runner-gateway:7402"],
  ["no-network-policy", undefined],
])("in %s scheduler, log-store and catalog ask %s about tokens", async (scenario, address) => {
  const asked = podsOf(await manifestsOf(scenario)).flatMap(({ component, spec }) =>
    spec.containers[0].env
      .filter(({ name }: { name: string }) => name === "TOKEN_CHECK_ADDRESS")
      .map(({ value }: { value: string }) => `${component} ${value}`),
  );
  const askers = ["catalog", "log-store", "scheduler"];
  expect(asked.sort()).toEqual(address === undefined ? [] : askers.map((name) => `${name} ${address}`));
});

import { describe, expect, test } from "vitest";
import { type Labels, type Manifest, ofKind, type PodTemplate, podsOf, selects } from "../manifest.js";
import { manifestsOf, scenarioNames } from "../scenarios.js";

interface Rule {
  readonly to?: readonly Peer[];
  readonly from?: readonly Peer[];
  readonly ports?: readonly { readonly port: number | string }[];
}

interface Peer {
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly namespaceSelector?: object;
  readonly ipBlock?: object;
}

/** Ports of a pod by name and by number mean the same. */
function portMatches(rule: Rule, pod: PodTemplate, port: number): boolean {
  const named = pod.spec.containers[0].ports?.find(
    ({ containerPort }: { containerPort: number }) => containerPort === port,
  );
  return rule.ports === undefined || rule.ports.some((one) => one.port === port || one.port === named?.name);
}

/** Peers within the namespace: a selector of pods, or everybody. Address blocks are for what is outside. */
function peerMatches(peers: readonly Peer[] | undefined, pod: PodTemplate): boolean {
  if (peers === undefined || peers.length === 0) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock !== undefined) return false;
    if (podSelector !== undefined) return selects(podSelector, pod.labels);
    return Object.keys(namespaceSelector ?? {}).length === 0;
  });
}

/** Whether the policies let one pod call a port of another. */
function mayCall(manifests: readonly Manifest[], from: PodTemplate, to: PodTemplate, port: number): boolean {
  const policies = ofKind(manifests, "NetworkPolicy");
  const of = (pod: PodTemplate, direction: "Ingress" | "Egress") =>
    policies.filter(({ spec }) => selects(spec.podSelector, pod.labels) && spec.policyTypes.includes(direction));
  const [out, into] = [of(from, "Egress"), of(to, "Ingress")];
  const outAllowed = out
    .flatMap(({ spec }) => (spec.egress ?? []) as Rule[])
    .some((rule) => peerMatches(rule.to, to) && portMatches(rule, to, port));
  const inAllowed = into
    .flatMap(({ spec }) => (spec.ingress ?? []) as Rule[])
    .some((rule) => peerMatches(rule.from, from) && portMatches(rule, to, port));
  return (out.length === 0 || outAllowed) && (into.length === 0 || inAllowed);
}

/** The pods of the release that a pod's settings name, with the port. One that tells others its IP is called by its like. */
function callees(manifests: readonly Manifest[], from: PodTemplate): readonly { pod: PodTemplate; port: number }[] {
  const values: string[] = from.spec.containers[0].env.map(({ value = "" }: { value?: string }) => value);
  const told = values.flatMap((value) => /^\$\(POD_IP\):(\d+)$/.exec(value)?.[1] ?? []);
  const peers = told.map((port) => ({ pod: from, port: Number(port) }));
  const services = ofKind(manifests, "Service").flatMap(({ metadata, spec: service }) =>
    service.ports.flatMap(({ port, targetPort }: { port: number; targetPort: string }) => {
      if (!values.some((value) => new RegExp(`(^|//)${metadata.name}:${port}(/|$)`).test(value))) return [];
      const [pod] = podsOf(manifests).filter(({ labels }) => selects({ matchLabels: service.selector }, labels));
      const target = pod?.spec.containers[0].ports.find(({ name }: { name: string }) => name === targetPort);
      return pod === undefined ? [] : [{ pod, port: target.containerPort as number }];
    }),
  );
  return [...peers, ...services];
}

describe.each(scenarioNames)("in the network of %s", (scenario) => {
  test("each service reaches what its addresses name", async () => {
    const manifests = await manifestsOf(scenario);
    for (const from of podsOf(manifests))
      for (const { pod, port } of callees(manifests, from))
        expect(mayCall(manifests, from, pod, port), `${from.component} -> ${pod.component}:${port}`).toBe(true);
  });

  test("and no other gRPC port", async () => {
    const manifests = await manifestsOf(scenario);
    if (ofKind(manifests, "NetworkPolicy").length === 0) return;
    const pods = podsOf(manifests);
    const grpc = pods.filter(({ spec }) =>
      spec.containers[0].ports?.some(({ name }: { name: string }) => name === "grpc"),
    );
    for (const from of pods) {
      const named = callees(manifests, from).map(({ pod }) => pod.component);
      for (const to of grpc) {
        const port = to.spec.containers[0].ports[0].containerPort;
        if (named.includes(to.component)) continue;
        expect(mayCall(manifests, from, to, port), `${from.component} -> ${to.component}:${port}`).toBe(false);
      }
    }
  });

  test("every pod of the release is under the policy that denies by default", async () => {
    const manifests = await manifestsOf(scenario);
    const [deny, ...others] = [...ofKind(manifests, "NetworkPolicy")].sort(
      (a, b) => a.metadata.name.length - b.metadata.name.length,
    );
    if (deny === undefined) return;
    for (const { labels } of podsOf(manifests)) expect(selects(deny.spec.podSelector, labels)).toBe(true);
    expect(deny.spec.ingress).toBeUndefined();
    for (const { metadata, spec } of others)
      expect(
        podsOf(manifests).filter(({ labels }) => selects(spec.podSelector, labels)),
        metadata.name,
      ).toHaveLength(1);
  });

  test("services with a database, an object store or traces reach their ports", async () => {
    const manifests = await manifestsOf(scenario);
    const policies = ofKind(manifests, "NetworkPolicy");
    if (policies.length === 0) return;
    for (const { component, labels, spec } of podsOf(manifests)) {
      const open = policies
        .filter((policy) => selects(policy.spec.podSelector, labels))
        .flatMap((policy) => (policy.spec.egress ?? []) as Rule[])
        .flatMap(({ ports = [] }) => ports.map(({ port }) => port));
      const names = spec.containers[0].env.map(({ name }: { name: string }) => name);
      expect(open).toContain(53);
      expect(open.includes(5432), component).toBe(names.includes("DATABASE_URL_FILE"));
      if (names.includes("CATALOG_S3_BUCKET")) expect(open).toContain(443);
      if (names.includes("OTEL_EXPORTER_OTLP_ENDPOINT")) expect(open).toContain(4318);
    }
  });
});

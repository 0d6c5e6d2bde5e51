/** Labels, or what selects by them. */
export type Labels = Readonly<Record<string, string>>;

/** An object of Kubernetes as far as the checks look at it; that it is a valid one is checked before. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own, and the schemas have seen it
  readonly spec?: any;
  readonly data?: Labels;
  readonly stringData?: Labels;
  // biome-ignore lint/suspicious/noExplicitAny: of a role
  readonly rules?: any;
}

/** A pod that a manifest makes. */
export interface PodTemplate {
  /** The component that it is for. */
  readonly component: string;
  readonly owner: Manifest;
  readonly labels: Labels;
  // biome-ignore lint/suspicious/noExplicitAny: a PodSpec
  readonly spec: any;
}

/** The objects of a kind. */
export const ofKind = (manifests: readonly Manifest[], kind: string): readonly Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** Every pod that the manifests make, of Deployments, Jobs and by themselves. */
export function podsOf(manifests: readonly Manifest[]): readonly PodTemplate[] {
  return manifests.flatMap((owner) => {
    const template = owner.kind === "Pod" ? owner : owner.spec?.template;
    if (template?.spec?.containers === undefined) return [];
    const labels = template.metadata.labels as Labels;
    return [{ owner, labels, spec: template.spec, component: labels["app.kubernetes.io/component"] ?? "" }];
  });
}

/** Whether labels are what a selector asks for. */
export function selects(selector: { readonly matchLabels?: Labels } | undefined, labels: Labels): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => labels[name] === value);
}

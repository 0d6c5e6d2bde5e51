/** Amounts by resource, as Kubernetes writes them: `{ cpu: "500m", memory: "1Gi", "nvidia.com/gpu": "1" }`. */
export type Resources = Readonly<Record<string, string>>;

/** What the operator sets for jobs that run in Kubernetes. */
export interface KubernetesSettings {
  /** A kubeconfig. Unset: found as kubectl does, else the service account of the pod. */
  readonly configPath?: string;
  /** Namespace of the cluster that everything is made in. */
  readonly namespace: string;
  /** Globs of the images that jobs may name. */
  readonly images: readonly string[];
  /** Service accounts that jobs may name; without a name a job gets no token of the cluster. */
  readonly serviceAccounts: readonly string[];
  /** Globs of the Secrets whose keys jobs may read. */
  readonly secrets: readonly string[];
  /** Globs of the ConfigMaps whose keys jobs may read. */
  readonly configMaps: readonly string[];
  /** Globs of the Secrets by which jobs may pull images. */
  readonly pullSecrets: readonly string[];
  /** Of a job that says nothing. */
  readonly defaultRequests: Resources;
  /** Of a job that says nothing. */
  readonly defaultLimits: Resources;
  /** The most that a job may have, and what it has when nobody says less. Empty: no bounds; else a resource that is not named here is refused. */
  readonly maxResources: Resources;
  /** Put on every object. */
  readonly labels: Readonly<Record<string, string>>;
  /** Put on every object. */
  readonly annotations: Readonly<Record<string, string>>;
  /** YAML of a pod template that is laid over the one of each job. */
  readonly templatePath?: string;
  /** How long an ended Job stays for people to look at, in milliseconds; 0: it is deleted at once. */
  readonly ttlMs: number;
  /** How long a container may fail to start (image, configuration), and a pod to be made, in milliseconds. */
  readonly startTimeoutMs: number;
  /** A pod that is still there so long after its grace is deleted by force, in milliseconds. Unset: never, since its processes may live on. */
  readonly forceDeleteAfterMs?: number;
}

/** Who makes the objects, so that they are found again. */
export interface ObjectOwner {
  /** The runner process over its lives: an id of its own, or its pod's name. Unset: there is nothing to know it by. */
  readonly name?: string;
  /** This life of it. */
  readonly instance: string;
  /** The pod that this process runs in, when that is in the same namespace: the cluster removes what it owns together with it. */
  readonly pod?: { readonly name: string; readonly uid: string };
}

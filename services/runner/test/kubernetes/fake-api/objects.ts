/** Metadata as the API server keeps it. */
export interface Metadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; blockOwnerDeletion?: boolean }[];
  finalizers?: string[];
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
}

export interface Condition {
  type: string;
  status: "True" | "False";
  reason?: string;
  message?: string;
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  workingDir?: string;
  env?: {
    name: string;
    value?: string;
    valueFrom?: {
      secretKeyRef?: { name: string; key: string };
      configMapKeyRef?: { name: string; key: string };
    };
  }[];
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: { exitCode: number; reason: string; message?: string; startedAt: string; finishedAt: string };
}

export interface PodStatus {
  phase: "Pending" | "Running" | "Succeeded" | "Failed";
  reason?: string;
  message?: string;
  conditions?: Condition[];
  containerStatuses?: { name: string; image: string; ready: boolean; restartCount: number; state: ContainerState }[];
}

export interface PodSpec {
  containers: Container[];
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  terminationGracePeriodSeconds?: number;
}

interface Base {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

export interface Pod extends Base {
  spec: PodSpec;
  status: PodStatus;
}

export interface Job extends Base {
  spec: { activeDeadlineSeconds?: number; template: { metadata?: Partial<Metadata>; spec: PodSpec } };
  status: { conditions?: Condition[]; active?: number };
}

export interface Secret extends Base {
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

/** Resources that the server knows, with their kinds. */
export const kinds = {
  jobs: { kind: "Job", apiVersion: "batch/v1", model: "V1Job" },
  pods: { kind: "Pod", apiVersion: "v1", model: "V1Pod" },
  secrets: { kind: "Secret", apiVersion: "v1", model: "V1Secret" },
} as const;

export type Resource = keyof typeof kinds;
export type KubeObject = Pod | Job | Secret;

/** What a refusal is answered with. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  get status() {
    const { code, reason, message } = this;
    return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
  }
}

import { durationMs } from "@bufbuild/protobuf/wkt";
import type { V1Job, V1ObjectMeta, V1PodTemplateSpec, V1Secret, V1Toleration } from "@kubernetes/client-node";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { KubernetesInput } from "./kubernetes-input.js";
import { runLabels, runName } from "./names.js";
import { applyOverlay, type TemplateOverlay } from "./overlay.js";
import { checkPolicy, resourcesOf } from "./policy.js";
import type { KubernetesSettings, ObjectOwner } from "./settings.js";
import { secretsOf, variablesOf } from "./variables.js";

/** Name of the container that does a job's work. */
export const containerName = "job";

/** What is made in the cluster for an attempt. */
export interface RunPlan {
  readonly name: string;
  readonly job: V1Job;
  /** Holds the values that must not stand in the pod; made after the Job, which will own it. */
  readonly secret: V1Secret | undefined;
  readonly graceSeconds: number;
  /** The ended Job stays for the cluster to remove. */
  readonly isKept: boolean;
}

/** What a plan is made of. */
export interface PlanSource {
  readonly lease: Lease;
  readonly input: KubernetesInput;
  readonly settings: KubernetesSettings;
  readonly overlay: TemplateOverlay;
  readonly owner: ObjectOwner;
  /** The attempt's place in a trace, for `TRACEPARENT`; empty for none. */
  readonly traceParent: string;
}

const defaultGraceMs = 5_000;
/** The cluster's limit is only for a runner that is gone: the runner's own comes first, by this many seconds. */
const deadlineMarginSeconds = 60;
/** An ended Job that its runner could not delete is removed by the cluster after so many seconds. */
const leftoverSeconds = 300;

/**
 * Plans the objects of an attempt. Nothing restarts in the cluster: whether there is another attempt is the scheduler's to say.
 *
 * @throws JobFailure when the job asks for what the operator does not allow
 */
export function planRun(source: PlanSource): RunPlan {
  const { lease, input, settings, owner } = source;
  checkPolicy(input, settings);
  const name = runName(lease);
  const graceMs = lease.stopGrace === undefined ? defaultGraceMs : durationMs(lease.stopGrace);
  // A grace of 0 would remove the pod from the API server's books before its processes are gone.
  const graceSeconds = Math.max(1, Math.ceil(graceMs / 1_000));
  const limit = lease.executionTimeLeft;
  const ttlSeconds = input.ttlSecondsAfterFinished ?? Math.ceil(settings.ttlMs / 1_000);
  const metadata: V1ObjectMeta = {
    name,
    labels: { ...settings.labels, ...runLabels(lease, owner) },
    annotations: { ...settings.annotations, ...annotationsOf(lease) },
  };
  const secretValues = secretsOf(source.lease, source.input);
  return {
    name,
    job: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { ...metadata, ...ownedByPod(owner) },
      spec: {
        backoffLimit: 0,
        completions: 1,
        parallelism: 1,
        ttlSecondsAfterFinished: Math.max(ttlSeconds, leftoverSeconds),
        ...(limit && { activeDeadlineSeconds: Math.ceil(durationMs(limit) / 1_000) + deadlineMarginSeconds }),
        template: templateOf(source, metadata, graceSeconds, Object.keys(secretValues)),
      },
    },
    secret:
      Object.keys(secretValues).length === 0
        ? undefined
        : { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", stringData: secretValues },
    graceSeconds,
    isKept: ttlSeconds > 0,
  };
}

function templateOf(
  { lease, input, settings, overlay, traceParent }: PlanSource,
  { name, labels = {}, annotations = {} }: V1ObjectMeta,
  graceSeconds: number,
  secretNames: readonly string[],
): V1PodTemplateSpec {
  const { image, imagePullPolicy, command, args, workingDir, nodeSelector, tolerations } = input;
  const template = applyOverlay(
    {
      metadata: { labels, annotations },
      spec: {
        containers: [
          {
            name: containerName,
            image,
            ...(imagePullPolicy && { imagePullPolicy }),
            ...(command && { command }),
            ...(args && { args }),
            ...(workingDir && { workingDir }),
            env: variablesOf({ lease, input, traceParent }, name as string, secretNames),
            resources: resourcesOf(input.resources, settings),
            securityContext: { allowPrivilegeEscalation: false },
          },
        ],
        automountServiceAccountToken: input.serviceAccountName !== undefined,
        ...(input.serviceAccountName && { serviceAccountName: input.serviceAccountName }),
        ...(input.imagePullSecrets.length > 0 && {
          imagePullSecrets: input.imagePullSecrets.map((of) => ({ name: of })),
        }),
        ...(nodeSelector && { nodeSelector }),
        ...(tolerations && { tolerations: tolerations as V1Toleration[] }),
        enableServiceLinks: false,
        securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      },
    },
    overlay,
  );
  // What finding and stopping a pod rest on is not the template's to change.
  return {
    metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
    spec: {
      ...template.spec,
      containers: template.spec?.containers ?? [],
      restartPolicy: "Never",
      terminationGracePeriodSeconds: graceSeconds,
    },
  };
}

function annotationsOf({ namespace, jobId, kind }: Lease): Record<string, string> {
  return { "switchyard/namespace": namespace, "switchyard/job": jobId, "switchyard/kind": kind };
}

/** The cluster removes what a pod owns when that pod is deleted: so nothing outlives a runner's pod. */
function ownedByPod({ pod }: ObjectOwner): Pick<V1ObjectMeta, "ownerReferences"> {
  if (pod === undefined) return {};
  return { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid }] };
}

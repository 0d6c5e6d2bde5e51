import type { V1EnvVar } from "@kubernetes/client-node";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { KubernetesInput } from "./kubernetes-input.js";

/** The job's own values of variables that it calls secret. */
export function secretsOf(lease: Lease, input: KubernetesInput): Record<string, string> {
  return Object.fromEntries(Object.entries(input.env).filter(([name]) => lease.secretNames.includes(name)));
}

/** What the variables are made of. */
export interface VariablesSource {
  readonly lease: Lease;
  readonly input: KubernetesInput;
  /** Empty for none. */
  readonly traceParent: string;
}

/**
 * The variables of an attempt's container: the job's, and the names of the attempt, which a job can't change.
 *
 * @param secret name of the Secret that holds the values of `secretNames`
 */
export function variablesOf(
  { lease, input, traceParent }: VariablesSource,
  secret: string,
  secretNames: readonly string[],
): V1EnvVar[] {
  const plain = Object.entries(input.env).filter(([name]) => !secretNames.includes(name));
  const mark = {
    SWITCHYARD_NAMESPACE: lease.namespace,
    SWITCHYARD_JOB_ID: lease.jobId,
    SWITCHYARD_ATTEMPT: String(lease.attempt),
    ...(traceParent !== "" && { TRACEPARENT: traceParent }),
  };
  const variables: V1EnvVar[] = [
    // Doubled, a dollar stands for itself: values are taken as they are, also where `$(NAME)` stands in them.
    ...plain.map(([name, value]) => ({ name, value: value.replaceAll("$", () => "$$") })),
    ...secretNames.map((name) => ({ name, valueFrom: { secretKeyRef: { name: secret, key: name } } })),
    ...Object.entries(input.envFromSecrets).map(([name, of]) => ({ name, valueFrom: { secretKeyRef: of } })),
    ...Object.entries(input.envFromConfigMaps).map(([name, of]) => ({ name, valueFrom: { configMapKeyRef: of } })),
  ];
  return [
    ...variables.filter(({ name }) => !(name in mark)),
    ...Object.entries(mark).map(([name, value]) => ({ name, value })),
  ];
}

import { type ConfigOf, durationMs, list, text } from "@switchyard/service-kit";
import { isQuantity } from "./executors/kubernetes/quantity.js";
import type { KubernetesSettings } from "./executors/kubernetes/settings.js";
import { pairsOf } from "./pairs.js";

/** Amounts by resource: `cpu=500m,memory=1Gi,nvidia.com/gpu=1`. */
const amounts = () =>
  list()
    .transform(pairsOf)
    .refine((pairs) => Object.values(pairs).every(isQuantity), "expected amounts such as cpu=500m,memory=1Gi");

/** Variables of the profile `kubernetes`. */
export const kubernetesEnvironment = {
  KUBERNETES_CONFIG_PATH: text().optional(),
  KUBERNETES_NAMESPACE: text().optional(),
  KUBERNETES_IMAGES: list().default([]),
  KUBERNETES_SERVICE_ACCOUNTS: list().default([]),
  KUBERNETES_SECRETS: list().default([]),
  KUBERNETES_CONFIG_MAPS: list().default([]),
  KUBERNETES_PULL_SECRETS: list().default([]),
  KUBERNETES_DEFAULT_REQUESTS: amounts().default({}),
  KUBERNETES_DEFAULT_LIMITS: amounts().default({}),
  KUBERNETES_MAX_RESOURCES: amounts().default({}),
  KUBERNETES_LABELS: list().default([]),
  KUBERNETES_ANNOTATIONS: list().default([]),
  KUBERNETES_POD_TEMPLATE_PATH: text().optional(),
  KUBERNETES_TTL: durationMs().default(0),
  KUBERNETES_START_TIMEOUT: durationMs().default(120_000),
  KUBERNETES_FORCE_DELETE_AFTER: durationMs().optional(),
};

/**
 * What these variables say.
 *
 * @param ownNamespace the namespace of the runner's own pod, where jobs run unless something else is said
 */
export function kubernetesSettings(
  values: ConfigOf<typeof kubernetesEnvironment>,
  ownNamespace: string | undefined,
): KubernetesSettings {
  const { KUBERNETES_CONFIG_PATH: configPath, KUBERNETES_POD_TEMPLATE_PATH: templatePath } = values;
  const forceDeleteAfterMs = values.KUBERNETES_FORCE_DELETE_AFTER;
  return {
    ...(configPath === undefined ? {} : { configPath }),
    namespace: values.KUBERNETES_NAMESPACE ?? ownNamespace ?? "default",
    images: values.KUBERNETES_IMAGES,
    serviceAccounts: values.KUBERNETES_SERVICE_ACCOUNTS,
    secrets: values.KUBERNETES_SECRETS,
    configMaps: values.KUBERNETES_CONFIG_MAPS,
    pullSecrets: values.KUBERNETES_PULL_SECRETS,
    defaultRequests: values.KUBERNETES_DEFAULT_REQUESTS,
    defaultLimits: values.KUBERNETES_DEFAULT_LIMITS,
    maxResources: values.KUBERNETES_MAX_RESOURCES,
    labels: pairsOf(values.KUBERNETES_LABELS),
    annotations: pairsOf(values.KUBERNETES_ANNOTATIONS),
    ...(templatePath === undefined ? {} : { templatePath }),
    ttlMs: values.KUBERNETES_TTL,
    startTimeoutMs: values.KUBERNETES_START_TIMEOUT,
    ...(forceDeleteAfterMs === undefined ? {} : { forceDeleteAfterMs }),
  };
}

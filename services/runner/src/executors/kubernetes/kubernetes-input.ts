import { z } from "zod";
import { isQuantity } from "./quantity.js";

const text = z.string().refine((value) => !value.includes("\0"), "must not contain NUL");
const name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "is no name of an object");
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "is no name of a variable");
const quantity = z
  .union([z.string(), z.number().transform(String)])
  .refine(isQuantity, "is no quantity, such as 500m, 2 or 1Gi");
const keyOf = z.strictObject({ name, key: z.string().regex(/^[-._a-zA-Z0-9]+$/, "is no key") });
const amounts = z.record(z.string().min(1), quantity);

const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
  tolerationSeconds: z.int().optional(),
});

/** The input of a job that runs in Kubernetes. Names and meanings are those of a container and its pod. */
export const kubernetesInput = z.strictObject({
  image: z.string().min(1).regex(/^\S+$/, "is no name of an image"),
  imagePullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).optional(),
  /** Secrets to pull the image with; only those that the operator allows. */
  imagePullSecrets: z.array(name).default([]),
  /** Replaces the entry point of the image. */
  command: z.array(text).optional(),
  args: z.array(text).optional(),
  /** Plain values. Those that the job's `secret_names` name go by a Secret and stay out of the pod. */
  env: z.record(variable, text).default({}),
  /** Variables by the key of a Secret that is there; only of those that the operator allows. */
  envFromSecrets: z.record(variable, keyOf).default({}),
  /** Variables by the key of a ConfigMap that is there; only of those that the operator allows. */
  envFromConfigMaps: z.record(variable, keyOf).default({}),
  workingDir: text.min(1).optional(),
  resources: z
    .strictObject({ requests: amounts.default({}), limits: amounts.default({}) })
    .default({ requests: {}, limits: {} }),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  tolerations: z.array(toleration).optional(),
  /** Only those that the operator allows. Default: none, and no token. */
  serviceAccountName: name.optional(),
  /** How long the ended Job stays, in seconds. Default: the operator's. */
  ttlSecondsAfterFinished: z.int().min(0).max(86_400).optional(),
  /** Exit codes after which the job may be tried again. Default: none. */
  retryableExitCodes: z.array(z.int().min(1).max(255)).default([]),
});

/** Such an input, with its defaults. */
export type KubernetesInput = z.output<typeof kubernetesInput>;

import { Certificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { PrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { Job } from "kubernetes-models/batch/v1/Job";
import { Ingress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Role } from "kubernetes-models/rbac.authorization.k8s.io/v1/Role";
import { RoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { Pod } from "kubernetes-models/v1/Pod";
import { Secret } from "kubernetes-models/v1/Secret";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import type { Manifest } from "./manifest.js";

const models = [
  ...[Deployment, Job, Pod, Service, Secret, ConfigMap, ServiceAccount, PersistentVolumeClaim],
  ...[Ingress, HTTPRoute, NetworkPolicy, HorizontalPodAutoscaler, ScaledObject, PodDisruptionBudget],
  ...[Role, RoleBinding, Certificate, ServiceMonitor, PrometheusRule],
];
const byType = new Map(models.map((model) => [`${model.apiVersion} ${model.kind}`, model]));

/**
 * What is wrong with a manifest by the schema of its type: wrong values, and fields that the type does not have. The schemas let unknown fields pass, as the API server does,
 * which drops them; but their compiled form reads every field that it knows, so a field that was never read is one that the cluster would forget.
 */
export function problemsOf(manifest: Manifest): readonly string[] {
  const model = byType.get(`${manifest.apiVersion} ${manifest.kind}`);
  if (model === undefined) return [`no schema for ${manifest.apiVersion} ${manifest.kind}`];
  const unread = new Set<string>();
  try {
    (model.prototype as { validate(): void }).validate.call(noteReads(manifest, "", unread));
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unread].map((path) => `unknown field ${path}`);
}

/** The value, which takes each of its fields off the list when it is read. */
function noteReads<T>(value: T, path: string, unread: Set<string>): T {
  if (typeof value !== "object" || value === null) return value;
  for (const key of Object.keys(value)) unread.add(`${path}/${key}`);
  const wrapped = new Map<string, unknown>();
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key);
      if (typeof key === "symbol" || !Object.hasOwn(target, key)) return field;
      unread.delete(`${path}/${key}`);
      if (!wrapped.has(key)) wrapped.set(key, noteReads(field, `${path}/${key}`, unread));
      return wrapped.get(key);
    },
  }) as T;
}

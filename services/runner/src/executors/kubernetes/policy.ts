import { JobFailure, matchesGlob } from "@switchyard/client";
import type { KubernetesInput } from "./kubernetes-input.js";
import { quantityValue } from "./quantity.js";
import type { KubernetesSettings, Resources } from "./settings.js";

/**
 * Checks what a job asks for against what the operator allows.
 *
 * @throws JobFailure that names what is not allowed
 */
export function checkPolicy(input: KubernetesInput, settings: KubernetesSettings): void {
  allow("image", input.image, settings.images);
  for (const name of input.imagePullSecrets) allow("imagePullSecrets", name, settings.pullSecrets);
  if (input.serviceAccountName !== undefined)
    allow("serviceAccountName", input.serviceAccountName, settings.serviceAccounts);
  for (const { name } of Object.values(input.envFromSecrets)) allow("envFromSecrets", name, settings.secrets);
  for (const { name } of Object.values(input.envFromConfigMaps)) allow("envFromConfigMaps", name, settings.configMaps);
}

/**
 * The resources of a job's container: the job's, else the operator's defaults, within the operator's maximums.
 *
 * @throws JobFailure when the job asks for more, or for something that has no maximum while others have
 */
export function resourcesOf(
  { requests, limits }: KubernetesInput["resources"],
  { defaultRequests, defaultLimits, maxResources }: KubernetesSettings,
): { readonly requests: Resources; readonly limits: Resources } {
  for (const [list, amounts] of Object.entries({ requests, limits })) {
    for (const [resource, amount] of Object.entries(amounts)) checkMaximum(list, resource, amount, maxResources);
  }
  const given = { ...maxResources, ...defaultLimits, ...limits };
  // What has a maximum only so that a job may ask for it (a GPU, say) is not given unasked.
  const bounded = Object.entries(given).filter(
    ([resource]) => isOrdinary(resource) || resource in { ...defaultLimits, ...limits },
  );
  const limited = Object.fromEntries(bounded);
  const wanted = { ...defaultRequests, ...requests };
  // A default request above the job's own limit would be refused by the API server.
  const fitting = Object.entries(wanted).map(([resource, amount]) => {
    const limit = limited[resource];
    const isAbove = limit !== undefined && quantityValue(amount) > quantityValue(limit);
    return [resource, isAbove && requests[resource] === undefined ? limit : amount] as const;
  });
  return { requests: Object.fromEntries(fitting), limits: limited };
}

function isOrdinary(resource: string): boolean {
  return resource === "cpu" || resource === "memory" || resource === "ephemeral-storage";
}

function checkMaximum(list: string, resource: string, amount: string, maximums: Resources): void {
  if (Object.keys(maximums).length === 0) return;
  const most = maximums[resource];
  if (most === undefined) throw new JobFailure(`resources.${list}: ${resource} is not allowed here`);
  if (quantityValue(amount) > quantityValue(most))
    throw new JobFailure(`resources.${list}: ${resource} is ${amount}, at most ${most} is allowed here`);
}

function allow(field: string, name: string, globs: readonly string[]): void {
  if (!globs.some((glob) => matchesGlob(glob, name))) throw new JobFailure(`${field}: ${name} is not allowed here`);
}

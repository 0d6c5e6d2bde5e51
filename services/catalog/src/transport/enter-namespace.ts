import type { HandlerContext } from "@connectrpc/connect";
import { requireNamespace } from "@switchyard/service-kit";
import { checkName } from "./check-request.js";

/**
 * Checks a namespace's name, and that the caller may touch it.
 *
 * @throws SwitchyardError INVALID_ARGUMENT, PERMISSION_DENIED
 */
export function enterNamespace(context: HandlerContext, namespace: string, field = "namespace"): string {
  checkName(namespace, field);
  requireNamespace(context, namespace);
  return namespace;
}

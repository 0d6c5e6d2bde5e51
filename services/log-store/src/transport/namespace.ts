import type { HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { findPrincipal, mayTouch } from "@switchyard/service-kit";
import { checkName } from "./check.js";

/**
 * Checks a namespace's name, and that the caller may touch it. Where no authentication is mounted in front (an in-memory transport
 * between services) there is nobody to refuse.
 */
export function checkNamespace(context: HandlerContext, field: string, namespace: string): void {
  checkName(field, namespace);
  const principal = findPrincipal(context);
  if (principal === undefined || mayTouch(principal, namespace)) return;
  throw new SwitchyardError("PERMISSION_DENIED", `${principal.name} may not touch namespace ${namespace}`, {
    namespace,
  });
}

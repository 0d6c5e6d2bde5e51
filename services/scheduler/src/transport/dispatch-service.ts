import type { HandlerContext } from "@connectrpc/connect";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import { claimJobs } from "./claim-jobs.js";
import type { TransportDeps } from "./job-service.js";
import { renewLeases } from "./renew-leases.js";
import { reportAttempts } from "./report-attempts.js";
import { syncCapacity } from "./sync-capacity.js";

/** The handlers of `DispatchService`. */
export function createDispatchRoute(deps: TransportDeps): ServiceRoute {
  const { limits } = deps;
  return route(DispatchService, {
    syncCapacity(request, context) {
      requireNamespaces(context, request.demands);
      return syncCapacity(deps.directory, request, context);
    },
    claimJobs(request, context) {
      requireNamespace(context, request.namespace);
      return claimJobs(deps.directory, request, context.signal);
    },
    renewLeases(request, context) {
      requireNamespaces(context, request.renewals);
      return renewLeases(deps.directory, request);
    },
    reportAttempts(request, context) {
      requireNamespaces(context, request.reports);
      return reportAttempts(deps.directory, request, limits.resultBytes);
    },
  });
}

/** Checks each namespace of a batch; a row of items of the same one is asked about once. */
function requireNamespaces(context: HandlerContext, items: readonly { readonly namespace: string }[]): void {
  let checked: string | undefined;
  for (const { namespace } of items) {
    if (namespace === checked) continue;
    requireNamespace(context, namespace);
    checked = namespace;
  }
}

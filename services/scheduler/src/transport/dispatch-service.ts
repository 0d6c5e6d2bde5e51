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
  const { owner, limits } = deps;
  return route(DispatchService, {
    syncCapacity(request, context) {
      for (const { namespace } of request.demands) requireNamespace(context, namespace);
      return syncCapacity(owner, deps.directory, request, context.signal);
    },
    claimJobs(request, context) {
      requireNamespace(context, request.namespace);
      return claimJobs(deps.directory, request, context.signal);
    },
    renewLeases(request, context) {
      for (const { namespace } of request.renewals) requireNamespace(context, namespace);
      return renewLeases(deps.directory, request);
    },
    reportAttempts(request, context) {
      for (const { namespace } of request.reports) requireNamespace(context, namespace);
      return reportAttempts(deps.directory, request, limits.resultBytes);
    },
  });
}

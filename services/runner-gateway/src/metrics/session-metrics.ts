import { createBoundedLabel } from "@switchyard/service-kit";
import { Gauge, type Registry } from "prom-client";
import type { SessionCounts } from "../domain/sync/runner-sessions.js";

/** Most namespaces with series of their own; the rest is summed up as `other`. */
const mostNamespaces = 100;

/** Shows the runners that sync with this replica, as its memory has them. */
export function showSessions(registry: Registry, counts: () => Iterable<SessionCounts>): void {
  const registers = [registry];
  const namespaceLabel = createBoundedLabel(mostNamespaces);
  const gauge = (name: string, help: string, value: (counts: SessionCounts) => number) => {
    const made: Gauge<"job_namespace"> = new Gauge({
      name,
      help,
      labelNames: ["job_namespace"],
      registers,
      collect() {
        made.reset();
        for (const session of counts()) made.inc({ job_namespace: namespaceLabel(session.namespace) }, value(session));
      },
    });
  };
  gauge("switchyard_gateway_runners", "Runners that sync with this replica.", () => 1);
  gauge("switchyard_gateway_runner_slots", "Slots of those runners.", ({ slots }) => slots);
  gauge("switchyard_gateway_held_calls", "Calls for work that are held.", ({ heldCalls }) => heldCalls);
  gauge("switchyard_gateway_leases_waiting", "Leases here that their runner has not taken.", ({ waiting }) => waiting);
}

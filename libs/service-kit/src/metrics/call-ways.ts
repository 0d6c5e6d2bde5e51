import { Counter, type Registry } from "prom-client";

/** The ways of a call to the scheduler, as the owner-aware transport of `@switchyard/client` names them. */
const ways = ["direct", "any", "repeated"] as const;

/** Counts which way the calls to the scheduler take; returns whom to tell. Every way is shown from the start. */
export function countCallWays(registry: Registry): (way: (typeof ways)[number]) => void {
  const counter = new Counter({
    name: "switchyard_scheduler_calls_total",
    help: "Calls to the scheduler: direct to the owner of the shard, to any replica, or repeated there after the owner had changed.",
    labelNames: ["way"],
    registers: [registry],
  });
  const series = new Map(ways.map((way) => [way, counter.labels(way)]));
  for (const one of series.values()) one.inc(0);
  return (way) => series.get(way)?.inc();
}

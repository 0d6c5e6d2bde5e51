import { Counter, type Registry } from "prom-client";

/** Counts calls that a replica sends on to the owner of their shard. Returns how to count one. */
export function countForwarded(registry: Registry): () => void {
  const forwarded = new Counter({
    name: "switchyard_calls_forwarded_total",
    help: "Calls that this replica has sent on to the owner of their shard.",
    registers: [registry],
  });
  return () => forwarded.inc();
}

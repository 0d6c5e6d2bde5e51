import { Gauge, type Registry } from "prom-client";
import type { Memories } from "../domain/memory/memories.js";

/** Shows how much of the documents' index fields this replica holds in memory. */
export function showMemories(registry: Registry, memories: Pick<Memories, "bytes" | "count">, mostBytes: number): void {
  const gauge = (name: string, help: string, value: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(value()) });
  };
  gauge("switchyard_catalog_list_memory_bytes", "Bytes of index fields in memory.", () => memories.bytes);
  gauge("switchyard_catalog_list_memory_max_bytes", "Most bytes of index fields in memory.", () => mostBytes);
  gauge("switchyard_catalog_lists_in_memory", "Collections whose index fields are in memory.", () => memories.count);
}

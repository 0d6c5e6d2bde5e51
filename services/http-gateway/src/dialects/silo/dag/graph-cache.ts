import type { ConeGraph } from "./cone.js";

/** Nodes and edges that are kept in memory, over all graphs; about 100 MB. */
const defaultMaxSize = 1_000_000;

/** Graphs that were asked about lately, by the id of their blob: a blob never changes, so nothing here is ever out of date. */
export interface GraphCache {
  /** The graph of a blob, made when it is not there. Several who ask at once wait for the same. */
  get(blobId: string, make: () => Promise<ConeGraph>): Promise<ConeGraph>;
}

/** Makes an empty cache. @param maxSize nodes and edges at most; the graph that was asked for last is kept in any case */
export function createGraphCache(maxSize = defaultMaxSize): GraphCache {
  // A map keeps the order of its entries; the first one is the one that nobody has asked for the longest.
  const graphs = new Map<string, { readonly graph: Promise<ConeGraph>; size: number }>();

  function shrink(): void {
    let size = 0;
    for (const entry of graphs.values()) size += entry.size;
    for (const [id, entry] of graphs) {
      if (size <= maxSize || graphs.size === 1) return;
      graphs.delete(id);
      size -= entry.size;
    }
  }

  return {
    get(blobId, make) {
      const known = graphs.get(blobId);
      if (known !== undefined) {
        graphs.delete(blobId);
        graphs.set(blobId, known);
        return known.graph;
      }
      const entry = { graph: make(), size: 0 };
      graphs.set(blobId, entry);
      entry.graph.then(
        ({ size }) => {
          entry.size = size;
          shrink();
        },
        () => graphs.delete(blobId),
      );
      return entry.graph;
    },
  };
}

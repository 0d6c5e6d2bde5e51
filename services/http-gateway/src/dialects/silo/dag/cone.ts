import type { ConeDirection } from "../vocabulary.js";
import { type Adjacency, createAdjacency } from "./adjacency.js";
import type { GraphBody } from "./graph.js";

/** A kept graph, ready for questions. */
export interface ConeGraph {
  readonly keys: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly forward: Adjacency;
  readonly backward: Adjacency;
  /** Nodes and edges together: what the graph costs in memory, about 100 bytes each. */
  readonly size: number;
}

/** Reads a kept graph. */
export function readConeGraph(text: string): ConeGraph {
  const { nodes, edges } = JSON.parse(text) as GraphBody;
  const keys = nodes.map(({ node_key: key }) => key);
  const indexOf = new Map(keys.map((key, index) => [key, index]));
  const ends = edges.map((edge) => [indexOf.get(edge.source_key), indexOf.get(edge.target_key)] as [number, number]);
  return {
    keys,
    indexOf,
    forward: createAdjacency(keys.length, ends),
    backward: createAdjacency(keys.length, ends, "backward"),
    size: keys.length + edges.length,
  };
}

/** The keys of all nodes that are reached from one, without itself, sorted; undefined for a node that is not there. */
export function coneOf(graph: ConeGraph, key: string, direction: ConeDirection): string[] | undefined {
  const start = graph.indexOf.get(key);
  if (start === undefined) return undefined;
  const { firsts, targets } = graph[direction];
  const seen = new Uint8Array(graph.keys.length);
  seen[start] = 1;
  const found: number[] = [start];
  // The list grows while it is walked.
  for (let at = 0; at < found.length; at += 1) {
    const node = found[at] as number;
    for (let edge = firsts[node] as number; edge < (firsts[node + 1] as number); edge += 1) {
      const target = targets[edge] as number;
      if (seen[target] === 1) continue;
      seen[target] = 1;
      found.push(target);
    }
  }
  return found
    .slice(1)
    .map((index) => graph.keys[index] as string)
    .sort();
}

import { type Adjacency, createAdjacency } from "./adjacency.js";

/** Where the search has been with a node. */
const [unseen, onPath, done] = [0, 1, 2];

/**
 * Finds a cycle in a directed graph, an edge from a node to itself included. Walks with a stack of its own: graphs may be as deep as
 * they have nodes. Takes time in proportion to nodes and edges.
 *
 * @param edges source and target by index
 * @returns the nodes of a cycle, the first one again at the end; undefined if there is none
 */
export function findCycle(nodeCount: number, edges: readonly (readonly [number, number])[]): number[] | undefined {
  const { firsts, targets }: Adjacency = createAdjacency(nodeCount, edges);
  const state = new Uint8Array(nodeCount);
  // For each node the next of its edges to walk.
  const next = firsts.slice(0, nodeCount);
  for (let root = 0; root < nodeCount; root += 1) {
    if (state[root] !== unseen) continue;
    const path = [root];
    state[root] = onPath;
    while (path.length > 0) {
      const node = path[path.length - 1] as number;
      const edge = next[node] as number;
      if (edge === firsts[node + 1]) {
        state[node] = done;
        path.pop();
        continue;
      }
      next[node] = edge + 1;
      const target = targets[edge] as number;
      if (state[target] === onPath) return [...path.slice(path.indexOf(target)), target];
      if (state[target] === done) continue;
      state[target] = onPath;
      path.push(target);
    }
  }
  return undefined;
}

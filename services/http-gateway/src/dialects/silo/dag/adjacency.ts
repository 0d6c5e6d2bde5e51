/** The edges of a directed graph by their sources: those of node n are `targets[firsts[n]]` up to `targets[firsts[n + 1] - 1]`. */
export interface Adjacency {
  /** One more than there are nodes. */
  readonly firsts: Int32Array;
  readonly targets: Int32Array;
}

/** Groups edges by their sources, or, with `backward`, by their targets. */
export function createAdjacency(
  nodeCount: number,
  edges: readonly (readonly [number, number])[],
  direction: "forward" | "backward" = "forward",
): Adjacency {
  const [from, to] = direction === "forward" ? [0, 1] : [1, 0];
  const firsts = new Int32Array(nodeCount + 1);
  for (const edge of edges) firsts[(edge[from] as number) + 1] = (firsts[(edge[from] as number) + 1] as number) + 1;
  for (let node = 0; node < nodeCount; node += 1) {
    firsts[node + 1] = (firsts[node + 1] as number) + (firsts[node] as number);
  }
  const places = firsts.slice(0, nodeCount);
  const targets = new Int32Array(edges.length);
  for (const edge of edges) {
    const source = edge[from] as number;
    const place = places[source] as number;
    targets[place] = edge[to] as number;
    places[source] = place + 1;
  }
  return { firsts, targets };
}

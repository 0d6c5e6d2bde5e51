import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SiloError } from "../errors.js";
import { coneOf, readConeGraph } from "./cone.js";
import { findCycle } from "./find-cycle.js";
import { checkGraph, checkGraphSize } from "./graph.js";

const node = (node_key: string, more: object = {}) => ({ node_key, node_type: "pad", ...more });
const edge = (source_key: string, target_key: string, more: object = {}) => ({ source_key, target_key, ...more });
const document = (body: object) => {
  const text = JSON.stringify(body);
  return { text, value: JSON.parse(text) as unknown };
};
const check = (nodes: object[], edges: object[] = []) => checkGraph(document({ nodes, edges }));

function refusalOf(call: () => unknown): Pick<SiloError, "word" | "facts"> {
  try {
    call();
  } catch (error) {
    if (error instanceof SiloError) return { word: error.word, facts: error.facts };
    throw error;
  }
  throw new Error("the graph was taken");
}

describe("checkGraph", () => {
  it("orders nodes and edges, fills defaults in, keeps an edge once and metadata as it was written", () => {
    const text = `{"nodes":[{"node_key":"b","node_type":"pad","metadata":{"n":1.00}},
      {"metadata":{},"node_key":"a","node_type":"sketch","properties_hash":"h","validation_state":"dirty","x":1}],
      "edges":[{"source_key":"b","target_key":"a","edge_type":"uses"},{"source_key":"b","target_key":"a"},
      {"source_key":"b","target_key":"a","edge_type":"depends_on"}]}`;
    const graph = checkGraph({ text, value: JSON.parse(text) });
    expect(graph).toEqual({
      nodeCount: 2,
      edgeCount: 2,
      text:
        '{"nodes":[{"node_key":"a","node_type":"sketch","properties_hash":"h","validation_state":"dirty","metadata":{}},' +
        '{"node_key":"b","node_type":"pad","properties_hash":null,"validation_state":"clean","metadata":{"n":1.00}}],' +
        '"edges":[{"source_key":"b","target_key":"a","edge_type":"depends_on"},' +
        '{"source_key":"b","target_key":"a","edge_type":"uses"}]}',
    });
  });

  it("takes a graph without anything in it", () => {
    expect(check([]).text).toBe('{"nodes":[],"edges":[]}');
  });

  it("names keys that two nodes have, and edges to nothing", () => {
    const nodes = [node("a"), node("b"), node("a")];
    expect(refusalOf(() => check(nodes, [edge("a", "x"), edge("y", "b")]))).toEqual({
      word: "dag_invalid",
      facts: {
        details: ["two nodes have the key a", "a -> x: there is no node x", "y -> b: there is no node y"],
      },
    });
  });

  it("takes keys that are names of an object's own", () => {
    expect(check([node("__proto__"), node("constructor")], [edge("__proto__", "constructor")]).edgeCount).toBe(1);
    expect(refusalOf(() => check([node("a")], [edge("a", "toString")])).word).toBe("dag_invalid");
  });

  it("names a cycle, an edge to itself too", () => {
    const nodes = ["a", "b", "c", "d"].map((key) => node(key));
    expect(refusalOf(() => check(nodes, [edge("d", "a"), edge("a", "b"), edge("b", "c"), edge("c", "a")]))).toEqual({
      word: "dag_cycle",
      facts: { cycle: ["a", "b", "c", "a"] },
    });
    expect(refusalOf(() => check(nodes, [edge("b", "b")])).facts).toEqual({ cycle: ["b", "b"] });
  });

  it("is not afraid of a graph as deep as it has nodes", () => {
    const count = 50_000;
    const chain = [...Array(count - 1).keys()].map((n) => [n, n + 1] as const);
    expect(findCycle(count, chain)).toBeUndefined();
    expect(findCycle(count, [...chain, [count - 1, 0]])).toHaveLength(count + 1);
    const graph = readConeGraph(
      JSON.stringify({
        nodes: [...Array(count).keys()].map((n) => node(`n${n}`)),
        edges: chain.map(([a, b]) => edge(`n${a}`, `n${b}`)),
      }),
    );
    expect(coneOf(graph, "n0", "forward")).toHaveLength(count - 1);
    expect(coneOf(graph, `n${count - 1}`, "backward")).toHaveLength(count - 1);
  });

  it.each([
    [50_001, 0],
    [0, 200_001],
  ])("refuses %i nodes with %i edges as too large", (nodes, edges) => {
    const body = { nodes: Array(nodes).fill(node("a")), edges: Array(edges).fill(edge("a", "b")) };
    expect(refusalOf(() => checkGraphSize(body)).word).toBe("payload_too_large");
  });
});

const anyGraph = fc.integer({ min: 1, max: 8 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    edges: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 14 }),
  }),
);

/** Which nodes are reached from which, by the definition. */
function reached(count: number, edges: readonly (readonly [number, number])[]): boolean[][] {
  const reach = Array.from({ length: count }, () => Array<boolean>(count).fill(false));
  for (const [a, b] of edges) (reach[a] as boolean[])[b] = true;
  for (let k = 0; k < count; k += 1)
    for (let i = 0; i < count; i += 1)
      for (let j = 0; j < count; j += 1) if (reach[i]?.[k] && reach[k]?.[j]) (reach[i] as boolean[])[j] = true;
  return reach;
}

describe("any graph", () => {
  it("has a cycle exactly when a node reaches itself, and the cycle is one", () => {
    fc.assert(
      fc.property(anyGraph, ({ count, edges }) => {
        const cycle = findCycle(count, edges);
        expect(cycle !== undefined).toBe(reached(count, edges).some((row, index) => row[index]));
        for (const [index, node] of (cycle ?? []).slice(1).entries()) {
          expect(edges).toContainEqual([cycle?.[index], node]);
        }
        expect(cycle?.[0]).toBe(cycle?.at(-1));
      }),
    );
  });

  it("has in a node's cones what it reaches and what reaches it", () => {
    fc.assert(
      fc.property(anyGraph, ({ count, edges }) => {
        const downwards = edges.filter(([a, b]) => a < b);
        const reach = reached(count, downwards);
        const nodes = [...Array(count).keys()].map((index) => node(`n${index}`));
        const graph = readConeGraph(
          check(
            nodes,
            downwards.map(([a, b]) => edge(`n${a}`, `n${b}`)),
          ).text,
        );
        for (let start = 0; start < count; start += 1) {
          const keysWhere = (fits: (other: number) => boolean | undefined) =>
            [...Array(count).keys()].filter(fits).map((index) => `n${index}`);
          expect(coneOf(graph, `n${start}`, "forward")).toEqual(keysWhere((other) => reach[start]?.[other]));
          expect(coneOf(graph, `n${start}`, "backward")).toEqual(keysWhere((other) => reach[other]?.[start]));
        }
        expect(coneOf(graph, "elsewhere", "forward")).toBeUndefined();
      }),
    );
  });
});

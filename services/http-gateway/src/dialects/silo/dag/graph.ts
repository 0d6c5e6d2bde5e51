import { elementSpans, memberSpans } from "../../../json/json-span.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { RawJson, writeJson } from "../../../json/raw-json.js";
import { SiloError, tooLarge } from "../errors.js";
import { findCycle } from "./find-cycle.js";

/** The body of a graph's write, after validation. */
export interface GraphBody {
  readonly revision_number?: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A feature of a part. */
export interface GraphNode {
  readonly node_key: string;
  readonly node_type: string;
  readonly properties_hash?: string | null;
  readonly validation_state?: string;
}

/** Says that the target needs the source. */
export interface GraphEdge {
  readonly source_key: string;
  readonly target_key: string;
  readonly edge_type?: string;
}

/** A graph that may be kept. */
export interface CheckedGraph {
  /** `{"nodes": [...], "edges": [...]}`: nodes by key, edges by source and target, defaults filled in. */
  readonly text: string;
  readonly nodeCount: number;
  readonly edgeCount: number;
}

const maxNodes = 50_000;
const maxEdges = 200_000;
/** Problems that an answer lists, at most. */
const maxDetails = 100;

/**
 * Refuses a graph that has too many parts. The schema does not: what is too large has an answer of its own.
 *
 * @throws SiloError 413
 */
export function checkGraphSize({ nodes, edges }: GraphBody): void {
  if (nodes.length > maxNodes) throw tooLarge(`${nodes.length} nodes are more than ${maxNodes}`);
  if (edges.length > maxEdges) throw tooLarge(`${edges.length} edges are more than ${maxEdges}`);
}

/**
 * Checks what a graph must be beyond its form, and writes it as it is kept.
 *
 * @throws SiloError 422 for a key that two nodes have, an edge to a node that is not there, a cycle
 */
export function checkGraph({ text, value }: JsonDocument): CheckedGraph {
  const { nodes, edges } = value as GraphBody;
  const indexOf = new Map<string, number>();
  const details: string[] = [];
  const note = (detail: string) => details.length < maxDetails && details.push(detail);
  nodes.forEach(({ node_key: key }, index) => {
    if (indexOf.has(key)) note(`two nodes have the key ${key}`);
    indexOf.set(key, index);
  });
  for (const { source_key: source, target_key: target } of edges) {
    for (const key of [source, target]) if (!indexOf.has(key)) note(`${source} -> ${target}: there is no node ${key}`);
  }
  if (details.length > 0) throw new SiloError("dag_invalid", "the graph is not valid", { facts: { details } });

  const ends = edges.map((edge) => [indexOf.get(edge.source_key), indexOf.get(edge.target_key)] as [number, number]);
  const cycle = findCycle(nodes.length, ends)?.map((index) => nodes[index]?.node_key ?? "");
  if (cycle !== undefined) throw new SiloError("dag_cycle", "the edges have a cycle", { facts: { cycle } });

  const nodeTexts = writeNodes(text, nodes);
  const edgeTexts = writeEdges(edges);
  return {
    text: `{"nodes":[${nodeTexts.join(",")}],"edges":[${edgeTexts.join(",")}]}`,
    nodeCount: nodeTexts.length,
    edgeCount: edgeTexts.length,
  };
}

function writeNodes(text: string, nodes: readonly GraphNode[]): string[] {
  const list = memberSpans(text).get("nodes")?.start ?? 0;
  const spans = elementSpans(text, list);
  const written = nodes.map((node, index) => {
    const metadata = memberSpans(text, spans[index]?.start ?? 0).get("metadata");
    const { node_key: key } = node;
    const view = {
      node_key: key,
      node_type: node.node_type,
      properties_hash: node.properties_hash ?? null,
      validation_state: node.validation_state ?? "clean",
      metadata: new RawJson(metadata === undefined ? "{}" : text.slice(metadata.start, metadata.end)),
    };
    return { key, text: writeJson(view) };
  });
  return written.sort((a, b) => compare(a.key, b.key)).map((node) => node.text);
}

/** The same edge twice is kept once. */
function writeEdges(edges: readonly GraphEdge[]): string[] {
  const sorted = edges
    .map(({ source_key, target_key, edge_type = "depends_on" }) => ({ source_key, target_key, edge_type }))
    .sort(
      (a, b) =>
        compare(a.source_key, b.source_key) || compare(a.target_key, b.target_key) || compare(a.edge_type, b.edge_type),
    );
  const texts = sorted.map((edge) => JSON.stringify(edge));
  return texts.filter((text, index) => text !== texts[index - 1]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

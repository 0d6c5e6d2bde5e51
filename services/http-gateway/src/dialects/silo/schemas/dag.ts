import { coneDirections, nodeTypes, validationStates } from "../vocabulary.js";
import { anyObject, count, nullable, timestamp } from "./common.js";

const key = { type: "string", minLength: 1, maxLength: 255 };
const revision = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

/** Path of a part. */
export const itemParams = {
  type: "object",
  required: ["partNumber"],
  properties: { partNumber: { type: "string", minLength: 1, maxLength: 100 } },
};

const node = {
  type: "object",
  required: ["node_key", "node_type"],
  properties: {
    node_key: key,
    node_type: { type: "string", enum: nodeTypes },
    properties_hash: { ...nullable("string"), maxLength: 128 },
    validation_state: { type: "string", enum: validationStates, default: "clean" },
    metadata: anyObject,
  },
};

const edge = {
  type: "object",
  required: ["source_key", "target_key"],
  properties: {
    source_key: key,
    target_key: key,
    edge_type: { type: "string", pattern: "^[a-z_]{1,50}$", default: "depends_on" },
  },
};

const nodes = { type: "array", items: node, description: "At most 50,000." };
const edges = { type: "array", items: edge, description: "From what is needed to what needs it; at most 200,000." };

/** Body of a graph's write by the job that made it. The numbers of parts are checked later, since too many are a 413. */
export const dagBody = {
  type: "object",
  required: ["nodes", "edges"],
  properties: { revision_number: { ...revision, description: "Default: the job's." }, nodes, edges },
};

/** Body of a graph's write by part. */
export const itemDagBody = {
  type: "object",
  required: ["revision_number", "nodes", "edges"],
  properties: { revision_number: revision, nodes, edges },
};

/** Answer to a write. */
export const syncedDag = {
  type: "object",
  properties: {
    synced: { type: "boolean" },
    part_number: { type: "string" },
    revision_number: revision,
    node_count: count,
    edge_count: count,
    synced_at: timestamp,
  },
};

/** Query of a graph. */
export const dagQuery = {
  type: "object",
  properties: { revision: { ...revision, description: "Default: the highest." } },
};

/** A graph, in answers. */
export const dag = {
  type: "object",
  properties: {
    part_number: { type: "string" },
    revision_number: revision,
    nodes,
    edges,
    synced_at: timestamp,
    synced_by: { type: "string" },
  },
};

/** Query of a cone. */
export const coneQuery = {
  type: "object",
  required: ["node"],
  properties: {
    node: key,
    direction: { type: "string", enum: coneDirections, description: "Default forward." },
    revision: dagQuery.properties.revision,
  },
};

/** A cone, in answers. */
export const cone = {
  type: "object",
  properties: {
    node_key: { type: "string" },
    direction: { type: "string", enum: coneDirections },
    nodes: { type: "array", items: { type: "string" } },
  },
};

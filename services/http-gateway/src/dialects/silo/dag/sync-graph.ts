import { timestampNow } from "@bufbuild/protobuf/wkt";
import type { FastifyBaseLogger } from "fastify";
import type { JsonDocument } from "../../../json/parse-json.js";
import { timestampText } from "../../../json/timestamp.js";
import type { SiloContext } from "../context.js";
import { notFound } from "../errors.js";
import { type ConeGraph, readConeGraph } from "./cone.js";
import { checkGraph } from "./graph.js";
import { deleteBlob, getBlob, putBlob } from "./graph-blob.js";
import { type GraphRecord, readGraphRecord, swapGraphRecord } from "./graph-store.js";

/** Whose graph is written, and by whom. */
export type GraphOrigin = Omit<GraphRecord, "artifact_id" | "synced_at">;

/** The answer to a write. */
export interface SyncedGraph {
  readonly synced: true;
  readonly part_number: string;
  readonly revision_number: number;
  readonly node_count: number;
  readonly edge_count: number;
  readonly synced_at: string;
}

/**
 * Replaces the graph of a part's revision. The blob is complete before the record names it, so that a reader finds the old graph or
 * the new one, and after any failure the old one.
 *
 * @throws SiloError 422, 409
 */
export async function syncGraph(
  context: SiloContext,
  origin: GraphOrigin,
  document: JsonDocument,
  log: FastifyBaseLogger,
): Promise<SyncedGraph> {
  const { core, config } = context;
  const { text, nodeCount, edgeCount } = checkGraph(document);
  const blobId = await putBlob(core, config.namespace, text);
  const drop = (id: string) =>
    deleteBlob(core, config.namespace, id).catch((error: unknown) => {
      log.warn({ err: error, artifact: id }, "a graph that nothing names any more was not deleted");
    });
  const synced_at = timestampText(timestampNow());
  try {
    const replaced = await swapGraphRecord(context, { ...origin, artifact_id: blobId, synced_at });
    if (replaced !== undefined) await drop(replaced);
  } catch (error) {
    await drop(blobId);
    throw error;
  }
  const { part_number, revision_number } = origin;
  return { synced: true, part_number, revision_number, node_count: nodeCount, edge_count: edgeCount, synced_at };
}

/**
 * Reads a graph with its record.
 *
 * @param revision undefined is the highest one
 * @throws SiloError 404
 */
export async function readGraph(
  context: SiloContext,
  partNumber: string,
  revision: number | undefined,
): Promise<{ readonly record: GraphRecord; readonly text: string }> {
  return withRecord(context, partNumber, revision, async (record) => {
    const text = await getBlob(context.core, context.config.namespace, record.artifact_id);
    return text === undefined ? undefined : { record, text };
  });
}

/**
 * The same, ready for questions.
 *
 * @throws SiloError 404
 */
export async function readCones(
  context: SiloContext,
  partNumber: string,
  revision: number | undefined,
): Promise<ConeGraph> {
  return withRecord(context, partNumber, revision, async ({ artifact_id: id }) =>
    context.graphs
      .get(id, async () => {
        const text = await getBlob(context.core, context.config.namespace, id);
        if (text === undefined) throw new BlobGone();
        return readConeGraph(text);
      })
      .catch((error: unknown) => {
        if (error instanceof BlobGone) return undefined;
        throw error;
      }),
  );
}

class BlobGone extends Error {}

/** Reads by a record. A blob that is gone was replaced between the two reads: then there is another record. */
async function withRecord<T>(
  context: SiloContext,
  partNumber: string,
  revision: number | undefined,
  read: (record: GraphRecord) => Promise<T | undefined>,
): Promise<T> {
  let last: string | undefined;
  for (;;) {
    const record = await readGraphRecord(context, partNumber, revision);
    if (record === undefined) throw notFound(`dag of ${partNumber}`);
    const found = await read(record);
    if (found !== undefined) return found;
    if (record.artifact_id === last) throw new Error(`the blob ${last} of a graph is missing`);
    last = record.artifact_id;
  }
}

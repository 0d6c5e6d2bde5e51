import { reasonOf } from "@switchyard/errors";
import { FieldCondition_Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { type Document, IndexField_Type } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import type { SiloContext } from "../context.js";
import { claimRefusal } from "../jobs/claim-relation.js";
import { coreName } from "../../../core/core-name.js";

/** The collection of graphs: one document for each part and revision, which names the blob that has the graph. */
export const graphCollection = "dags";

/** What graphs are looked up by. */
export const graphFields = [
  { name: "part_key", type: IndexField_Type.TEXT },
  { name: "revision_number", type: IndexField_Type.NUMBER },
];

/** What is kept of a graph beside its blob. */
export interface GraphRecord {
  readonly part_number: string;
  readonly revision_number: number;
  readonly artifact_id: string;
  readonly synced_at: string;
  readonly synced_by: string;
  /** The job that wrote it, and in which of its attempts; null for one that no job wrote. */
  readonly job_id: string | null;
  readonly attempt: number | null;
}

type Core = Pick<SiloContext, "core" | "config">;

/** Reads the record of a part's graph, of its highest revision if none is named; undefined when there is none. */
export async function readGraphRecord(
  { core, config: { namespace } }: Core,
  partNumber: string,
  revision: number | undefined,
): Promise<GraphRecord | undefined> {
  if (revision !== undefined) return (await getRecord(core, namespace, keyOf(partNumber, revision)))?.record;
  const values = [JSON.stringify(partKeyOf(partNumber))];
  const where = [{ field: "part_key", operator: FieldCondition_Operator.EQUAL, values }];
  const orderBy = [{ field: "revision_number", descending: true }];
  const list = { namespace, collection: graphCollection, where, orderBy, pageSize: 1 };
  const { documents } = await core.documents.listDocuments(list);
  return documents[0] === undefined ? undefined : recordOf(documents[0]);
}

/**
 * Puts a graph's record in the place of what is there, in one step: of writers at the same time the last one stays, and each
 * learns what it replaced. What a later attempt of the same job wrote is not replaced by an earlier one.
 *
 * @returns the id of the blob that is no longer named
 * @throws SiloError 409 for an attempt that is over
 */
export async function swapGraphRecord(
  { core, config: { namespace } }: Core,
  record: GraphRecord,
): Promise<string | undefined> {
  const key = keyOf(record.part_number, record.revision_number);
  const body = { part_key: partKeyOf(record.part_number), ...record };
  const put = { body: Buffer.from(JSON.stringify(body)) };
  for (;;) {
    const before = await getRecord(core, namespace, key);
    if (before !== undefined) refuseEarlier(before.record, record);
    const expect = before === undefined ? { absent: true } : { revision: before.revision };
    const write = { collection: graphCollection, key, operation: { case: "put" as const, value: put }, expect };
    try {
      await core.documents.writeDocuments({ namespace, writes: [write] });
      return before?.record.artifact_id;
    } catch (error) {
      const reason = reasonOf(error);
      // Somebody else was faster, and so one of all has got on.
      if (reason !== "REVISION_MISMATCH" && reason !== "ALREADY_EXISTS") throw error;
    }
  }
}

function refuseEarlier(there: GraphRecord, mine: GraphRecord): void {
  const isEarlier = mine.job_id !== null && there.job_id === mine.job_id && (there.attempt ?? 0) > (mine.attempt ?? 0);
  if (isEarlier) throw claimRefusal("stale", mine.job_id ?? "");
}

async function getRecord(
  { documents }: SiloContext["core"],
  namespace: string,
  key: string,
): Promise<{ readonly record: GraphRecord; readonly revision: bigint } | undefined> {
  try {
    const by = { case: "key" as const, value: key };
    const { document } = await documents.getDocument({ namespace, collection: graphCollection, by });
    return document === undefined ? undefined : { record: recordOf(document), revision: document.revision };
  } catch (error) {
    if (reasonOf(error) === "DOCUMENT_NOT_FOUND") return undefined;
    throw error;
  }
}

function recordOf({ body }: Document): GraphRecord {
  return JSON.parse(new TextDecoder().decode(body)) as GraphRecord;
}

function keyOf(partNumber: string, revision: number): string {
  return `${partKeyOf(partNumber)}:${revision}`;
}

/** A part's number as keys have it: those have at most 512 bytes. */
function partKeyOf(partNumber: string): string {
  return coreName(partNumber, 480);
}

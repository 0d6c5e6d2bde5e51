import { reasonOf } from "@switchyard/errors";
import { FieldCondition_Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import type { PublishStatus, RunRecord } from "../runs/run-record.js";
import { bodyOf, type Condition, findDocument, findDocuments, listDocuments, putJson, writeAll } from "./shared.js";

const collection = collectionNames.runs;

/** The condition that a run's field has a value. */
export const has = (field: string): Condition => ({ field, operator: FieldCondition_Operator.PRESENT });

/** Keeps a run's record, unless there is one. Answers whether it was kept now. */
export async function putRun(core: Core, record: RunRecord): Promise<boolean> {
  const write = { ...putJson(collection, record.id, record), expect: { absent: true } };
  return writeAll(core, [write]).then(
    () => true,
    (error: unknown) => (reasonOf(error) === "ALREADY_EXISTS" ? false : Promise.reject(error)),
  );
}

/** Notes that everything has been done that follows from the end of a run. Its record has to be there. */
export async function markSettled(core: Core, runId: string): Promise<void> {
  await patchRun(core, runId, { settled: true });
}

/** Whether that has been noted. */
export async function isSettled(core: Core, runId: string): Promise<boolean> {
  const document = await findDocument(core, collection, runId);
  return document !== undefined && bodyOf<{ readonly settled?: boolean }>(document).settled === true;
}

/** Reads a run's record; undefined for none. */
export async function getRun(core: Core, runId: string): Promise<RunRecord | undefined> {
  const document = await findDocument(core, collection, runId);
  return document === undefined ? undefined : bodyOf<RunRecord>(document);
}

/** Reads records of several runs; those that are not there are left out. */
export async function getRuns(core: Core, runIds: readonly string[]): Promise<Map<string, RunRecord>> {
  const documents = await findDocuments(core, collection, runIds);
  return new Map(documents.map((document) => [document.key, bodyOf<RunRecord>(document)]));
}

/** The newest runs that fit, by the end of the run. */
export async function newestRuns(
  { core, config: { namespace } }: Core,
  where: readonly Condition[],
  limit: number,
): Promise<RunRecord[]> {
  const orderBy = [{ field: "finish_time", descending: true }];
  const call = { namespace, collection, where: [...where], orderBy, pageSize: limit };
  const { documents } = await core.documents.listDocuments(call);
  return documents.map((document) => bodyOf<RunRecord>(document));
}

/** Every run that fits, in the order in which their records were kept. */
export async function* allRuns(core: Core, where: readonly Condition[]): AsyncGenerator<RunRecord, undefined> {
  for await (const document of listDocuments(core, { collection, where: [...where] }))
    yield bodyOf<RunRecord>(document);
  return undefined;
}

/** Sets the state of a run's publication. The record has to be there. */
export async function setPublishStatus(core: Core, runId: string, status: PublishStatus): Promise<void> {
  await patchRun(core, runId, { publish_status: status });
}

async function patchRun(core: Core, runId: string, members: object): Promise<void> {
  const mergePatch = Buffer.from(JSON.stringify(members));
  const operation = { case: "patch" as const, value: { mergePatch } };
  await writeAll(core, [{ collection, key: runId, operation, expect: { present: true } }]);
}

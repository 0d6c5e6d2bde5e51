import { collections } from "@switchyard/pipeline-model";
import { coreName } from "../../../core/core-name.js";
import { isJsonObject } from "../../../json/parse-json.js";
import {
  type Body,
  deleteWrite,
  type DocumentContext,
  readDocument,
  writeDocuments,
} from "../documents/document-store.js";

const collection = collections.ingestState;
const noHistory = "No ingestion history found";

/** How far the ingestion of a source has come. */
export async function ingestStateView(context: DocumentContext, source: string): Promise<object> {
  const state = await readState(context, source);
  if (state === undefined) return { source, last_fetch_at: null, last_run_stats: null, message: noHistory };
  const { last_fetch_at = null, updated_at = null, last_run_stats = null } = state;
  return { source, last_fetch_at, updated_at, last_run_stats };
}

/** The last runs of a source, newest first. */
export async function ingestHistoryView(context: DocumentContext, source: string, limit: number): Promise<object> {
  const history = (await readState(context, source))?.["run_history"];
  if (!Array.isArray(history)) return { source, runs: [], message: noHistory };
  const runs = history.filter(isJsonObject).map(({ timestamp = null, stats = {} }) => ({ timestamp, stats }));
  // Times of one form sort as texts.
  runs.sort((a, b) => (String(a.timestamp) < String(b.timestamp) ? 1 : -1));
  return { source, runs: runs.slice(0, limit), total_runs: runs.length };
}

/** Forgets how far a source has come, so that its next ingestion takes everything. Tells whether there was anything to forget. */
export async function resetIngestState(context: DocumentContext, source: string): Promise<boolean> {
  if ((await readState(context, source)) === undefined) return false;
  await writeDocuments(context, [deleteWrite(collection, keyOf(source))]);
  return true;
}

async function readState(context: DocumentContext, source: string): Promise<Body | undefined> {
  return (await readDocument(context, collection, keyOf(source)))?.body;
}

/** A path may name any text. */
function keyOf(source: string): string {
  return coreName(source, 500);
}

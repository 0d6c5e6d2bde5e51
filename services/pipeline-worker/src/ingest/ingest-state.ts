import { collections } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../documents/document-store.js";

/** The numbers of a run that are remembered. */
export interface RunStats {
  readonly fetched: number;
  readonly ingested: number;
  readonly duplicates_skipped: number;
  readonly below_threshold: number;
}

/** What is remembered of a source. Times are UTC with microseconds and no zone. */
export interface IngestState {
  readonly last_fetch_at: string;
  readonly updated_at: string;
  readonly last_run_stats: RunStats;
  /** Oldest first. */
  readonly run_history: readonly { readonly timestamp: string; readonly stats: RunStats }[];
}

/** Runs that are remembered. */
const historyLength = 50;

/** When the source was last fetched; null where nothing is remembered. */
export async function lastFetchAt(documents: DocumentStore, sourceName: string): Promise<string | null> {
  const found = await documents.get<IngestState>(collections.ingestState, sourceName);
  return found?.body.last_fetch_at ?? null;
}

/** Remembers a run. Runs that end at the same time all stand in the history, and the latest fetch counts. */
export async function rememberRun(
  documents: DocumentStore,
  sourceName: string,
  run: { readonly fetchedAt: string; readonly endedAt: string; readonly stats: RunStats },
): Promise<void> {
  const { fetchedAt, endedAt, stats } = run;
  await documents.update<IngestState>(collections.ingestState, sourceName, (before) => ({
    last_fetch_at: before !== undefined && before.last_fetch_at > fetchedAt ? before.last_fetch_at : fetchedAt,
    updated_at: endedAt,
    last_run_stats: stats,
    run_history: [...(before?.run_history ?? []), { timestamp: endedAt, stats }].slice(-historyLength),
  }));
}

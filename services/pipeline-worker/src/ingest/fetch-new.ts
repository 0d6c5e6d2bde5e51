import type { OperationContext } from "../operation.js";
import { createSource } from "../sources/create-source.js";
import type { FoundJob } from "../sources/found-job.js";
import { newerThan } from "./incremental.js";
import type { IngestRequest } from "./ingest-request.js";

/** What a source brought. */
export interface Fetched {
  readonly jobs: readonly FoundJob[];
  /** The source could not be asked; then there are no jobs. */
  readonly failed: boolean;
}

/** Asks the source, and leaves out what is older than the last fetch. A source that fails brings nothing. */
export async function fetchNew(
  context: OperationContext,
  request: IngestRequest,
  last: string | null,
): Promise<Fetched> {
  const { line, pages, settings, signal } = context;
  const { source, query, incremental } = request;
  line(`[fetch_start] ${source}: ${incremental && last !== null ? `newer than ${last}` : "everything"}`);
  line(`[api_call] ${source}: up to ${query.maxResults} postings for ${query.terms.join(", ")}`);
  let found: FoundJob[];
  try {
    found = await createSource(source, pages, settings.sources).find(query);
  } catch (error) {
    signal.throwIfAborted();
    line(`[api_error] ${source}: ${error instanceof Error ? error.message : String(error)}`);
    return { jobs: [], failed: true };
  }
  line(`[api_result] ${source}: ${found.length} postings`);
  const jobs = incremental ? newerThan(found, last) : found;
  line(`[filter_result] ${jobs.length} of ${found.length} are new since the last fetch`);
  line(`[fetch_complete] ${jobs.length} postings`);
  return { jobs, failed: false };
}

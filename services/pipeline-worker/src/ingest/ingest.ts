import type { HandlerResult, OperationContext, OperationHandler } from "../operation.js";
import { naiveTime } from "../operations/json/times.js";
import { type SourceName, whyOff } from "../sources/create-source.js";
import { fetchNew } from "./fetch-new.js";
import { ingestJobs, type Ingested } from "./ingest-jobs.js";
import { type IngestRequest, ingestRequest } from "./ingest-request.js";
import { lastFetchAt, rememberRun } from "./ingest-state.js";

/** Makes the handler that fetches postings of a source, judges them and stores the good ones. What fails inside is its result. */
export function ingestHandler(source: SourceName): OperationHandler {
  return async (context) => {
    const { input, settings, line, signal } = context;
    const request = ingestRequest(source, input.parameters ?? {}, settings.ingestKeywords);
    line(
      `[ingest_start] ${request.sourceName}, incremental: ${request.incremental}, threshold ${request.scoreThreshold}`,
    );
    try {
      return await ingest(context, request);
    } catch (error) {
      signal.throwIfAborted();
      return failed(context, request, error instanceof Error ? error.message : String(error));
    }
  };
}

async function ingest(context: OperationContext, request: IngestRequest): Promise<HandlerResult> {
  const { documents, settings, llm, line } = context;
  const { source, sourceName, incremental, skipScoring } = request;
  const off = whyOff(source, settings.sources);
  if (off !== undefined) return failed(context, request, off);
  // Without a judgement nothing would be kept: better said than done in vain.
  if (llm === undefined && !skipScoring) return failed(context, request, "No LLM is configured: set LLM_BASE_URL");

  const began = performance.now();
  const before = await lastFetchAt(documents, sourceName);
  const fetchedAt = naiveTime();
  const fetched = await fetchNew(context, request, before);
  const ingested = await ingestJobs(context, request, fetched.jobs);
  const stats = statsOf(fetched.jobs.length, ingested);
  const isRemembered = stats.ingested > 0 || stats.duplicates_skipped > 0;
  if (isRemembered) await rememberRun(documents, sourceName, { fetchedAt, endedAt: naiveTime(), stats });
  line(
    `[ingest_summary] fetched ${stats.fetched}, ingested ${stats.ingested}, duplicates ${stats.duplicates_skipped}, ` +
      `below the threshold ${stats.below_threshold}`,
  );
  line(`[ingest_complete] ${sourceName}`);
  const errors = ingested.errors + (fetched.failed ? 1 : 0);
  return {
    data: {
      ...{ success: true, source: sourceName, incremental },
      stats: { ...stats, errors, duration_ms: Math.round(performance.now() - began) },
      last_fetch_at: isRemembered ? fetchedAt : before,
      jobs: ingested.jobs,
      error: null,
    },
  };
}

function statsOf(fetched: number, { jobs, duplicates, belowThreshold }: Ingested) {
  return { fetched, ingested: jobs.length, duplicates_skipped: duplicates, below_threshold: belowThreshold };
}

function failed({ line }: OperationContext, { sourceName, incremental }: IngestRequest, error: string): HandlerResult {
  line(`[ingest_error] ${error}`);
  const nothing = { fetched: 0, ingested: 0, duplicates_skipped: 0, below_threshold: 0, errors: 1, duration_ms: 0 };
  const data = {
    success: false,
    source: sourceName,
    incremental,
    stats: nothing,
    last_fetch_at: null,
    jobs: [],
    error,
  };
  return { success: false, data, error };
}

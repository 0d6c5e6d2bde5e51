import type { JobContext, SwitchyardClient } from "@switchyard/client";
import { type JobInput, lineStream, modelTierOf } from "@switchyard/pipeline-model";
import type OpenAI from "openai";
import { createDocumentStore } from "../documents/catalog-documents.js";
import { createFileStore } from "../files/artifact-files.js";
import { layerLine } from "../lines/layer-line.js";
import { createRunEmbeddings } from "../llm/run-embeddings.js";
import { createRunLlm } from "../llm/run-llm.js";
import { Usage } from "../llm/usage.js";
import { type OperationContext, OperationFailure } from "../operation.js";
import { createPageSource } from "../pages/guarded-pages.js";
import type { PageGuard } from "../pages/page-guard.js";
import { createScraper } from "../pages/scraper.js";
import type { WorkerSettings } from "../settings.js";

/** What all runs of a process share. */
export interface SharedDeps {
  readonly settings: WorkerSettings;
  readonly client: Pick<SwitchyardClient, "catalog" | "artifacts">;
  /** Undefined when no LLM is configured. */
  readonly llmClient: OpenAI | undefined;
  readonly guard: PageGuard;
  /** Blackens secrets. */
  readonly mask: (text: string) => string;
}

/** Longest line in characters; the rest of a longer one is left out. */
const maxLine = 64 * 1024;

/** Makes what a handler works with, from what the runner gives it. */
export function createContext(deps: SharedDeps, job: JobContext): OperationContext {
  const { settings, client, llmClient, guard, mask } = deps;
  const { lease, signal } = job;
  const { namespace, jobId, attempt } = lease;
  const input = job.input.json<JobInput>();
  const log = job.log(lineStream);
  const usage = new Usage();
  const line = (text: string) => log.info(mask(text).slice(0, maxLine));
  const run = { signal, usage, line };
  const llm = settings.llm && llmClient && createRunLlm(llmClient, settings.llm, run);
  const embeddingModel = settings.llm?.embeddingModel;
  const scraper =
    settings.scraperUrl === undefined
      ? undefined
      : createScraper({ url: settings.scraperUrl, apiKey: settings.scraperApiKey }, guard, signal);
  return {
    ...{ input, runId: jobId, signal, line, usage, settings, llm },
    tier: modelTierOf(input.tier ?? "") ?? "balanced",
    layer(key, status, message, metadata) {
      const words = mask(message ?? "");
      job.progress({ steps: [{ name: key, status, message: words }] });
      line(layerLine(key, status, message, metadata));
    },
    documents: createDocumentStore(client.catalog, namespace, signal),
    requireLlm() {
      if (llm === undefined) throw new OperationFailure("No LLM is configured: set LLM_BASE_URL", { code: "no_llm" });
      return llm;
    },
    embeddings:
      llmClient && embeddingModel !== undefined ? createRunEmbeddings(llmClient, embeddingModel, run) : undefined,
    pages: createPageSource(guard, scraper, signal),
    files: createFileStore(client.artifacts, { namespace, jobId, attempt }, signal),
  };
}

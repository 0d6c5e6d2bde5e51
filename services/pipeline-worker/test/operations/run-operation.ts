import { type JobInput, modelTierOf } from "@switchyard/pipeline-model";
import type { ProducedFile } from "../../src/files/file-store.js";
import type { Embeddings } from "../../src/llm/embeddings.js";
import type { Llm } from "../../src/llm/llm.js";
import { Usage } from "../../src/llm/usage.js";
import { type OperationContext, OperationFailure, type OperationHandler } from "../../src/operation.js";
import { PageFailure, type PageSource } from "../../src/pages/page-source.js";
import type { WorkerSettings } from "../../src/settings.js";
import { memoryDocuments, type MemoryDocuments } from "./memory-documents.js";

/** What a test says about a run. */
export interface RunOptions {
  readonly input?: Partial<JobInput>;
  readonly documents?: MemoryDocuments;
  readonly llm?: Llm;
  readonly embeddings?: Embeddings;
  readonly pages?: Partial<PageSource>;
  readonly settings?: Partial<WorkerSettings>;
  readonly runId?: string;
}

/** A run of a handler, and what it left behind. */
export interface OperationRun {
  readonly context: OperationContext;
  readonly documents: MemoryDocuments;
  readonly lines: readonly string[];
  /** `key status` of every layer that was stated, in order. */
  readonly layers: readonly string[];
  readonly files: readonly ProducedFile[];
  readonly stop: AbortController;
  execute(handler: OperationHandler): ReturnType<OperationHandler>;
}

const settings: WorkerSettings = {
  namespace: "pipeline",
  slots: 1,
  llm: undefined,
  candidate: { name: "", signature: "", calendarUrl: "", profile: "" },
  sources: {
    ...{ enabled: [], himalayasApiUrl: "", indeedGraphqlUrl: "", indeedGraphqlHeaders: {}, indeedBaseUrl: "" },
    ...{ baytBaseUrl: "", linkedinBaseUrl: "" },
  },
  fetch: { hosts: [], allow: [] },
  ...{ scraperUrl: undefined, scraperApiKey: undefined, pdfServiceUrl: undefined, uploadWebhookUrl: undefined },
  ...{ ingestKeywords: [], searchCacheMs: 1 },
};

const noPages: PageSource = {
  scraper: undefined,
  fetch: () => Promise.reject(new PageFailure("no pages here")),
  readText: () => Promise.reject(new PageFailure("no pages here")),
};

/** Prepares a run of an operation in memory; says only what matters to the case. */
export function prepareRun(options: RunOptions = {}): OperationRun {
  const {
    input = {},
    documents = memoryDocuments(),
    llm,
    embeddings,
    runId = "00000000-0000-4000-8000-000000000001",
  } = options;
  const lines: string[] = [];
  const layers: string[] = [];
  const files: ProducedFile[] = [];
  const stop = new AbortController();
  const context: OperationContext = {
    input: { operation: "test", ...input },
    tier: modelTierOf(input.tier ?? "") ?? "balanced",
    runId,
    signal: stop.signal,
    line: (text) => void lines.push(text),
    layer: (key, status) => void layers.push(`${key} ${status}`),
    documents,
    llm,
    requireLlm() {
      if (llm === undefined) throw new OperationFailure("No LLM is configured: set LLM_BASE_URL", { code: "no_llm" });
      return llm;
    },
    embeddings,
    usage: new Usage(),
    pages: { ...noPages, ...options.pages },
    files: {
      async save(file) {
        files.push(file);
        return String(files.length);
      },
      get ids() {
        return files.map((_, at) => String(at + 1));
      },
    },
    settings: { ...settings, ...options.settings },
  };
  return { context, documents, lines, layers, files, stop, execute: (handler) => handler(context) };
}

/** An id of a posting. */
export const postingId = "65f0c0ffee0123456789abcd";

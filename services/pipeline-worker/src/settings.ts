import type { ModelTier, TaskType } from "@switchyard/pipeline-model";

/** Where language models are. */
export interface LlmSettings {
  /** Base of `chat/completions` and `embeddings`: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Empty where the endpoint wants none. */
  readonly apiKey: string;
  /** The model of a tier and task type. */
  readonly models: Readonly<Record<ModelTier, Readonly<Record<TaskType, string>>>>;
  /** Undefined: no embeddings. */
  readonly embeddingModel: string | undefined;
  /** Longest time of one try, in milliseconds. */
  readonly timeoutMs: number;
}

/** Who applies. Texts that letters quote; empty where nothing is configured. */
export interface CandidateSettings {
  readonly name: string;
  readonly signature: string;
  readonly calendarUrl: string;
  /** The candidate in words, used where no master CV is stored. */
  readonly profile: string;
}

/** Job boards. */
export interface SourceSettings {
  /** Sources that ingestion and search may ask. */
  readonly enabled: readonly ("himalayas" | "indeed" | "bayt")[];
  /** The whole address of the API. */
  readonly himalayasApiUrl: string;
  readonly indeedGraphqlUrl: string;
  /** Headers of each call, such as a key. */
  readonly indeedGraphqlHeaders: Readonly<Record<string, string>>;
  readonly indeedBaseUrl: string;
  readonly baytBaseUrl: string;
  readonly linkedinBaseUrl: string;
}

/** Which outside hosts may be asked by callers' addresses. */
export interface FetchSettings {
  /** Host names; `*.example.org` is every name below, `*` every public host. */
  readonly hosts: readonly string[];
  /** Host names and CIDR blocks that may be asked although their addresses are private. */
  readonly allow: readonly string[];
}

/** Settings of the worker. */
export interface WorkerSettings {
  /** The namespace of the jobs and documents. */
  readonly namespace: string;
  /** Jobs at once. */
  readonly slots: number;
  /** Undefined: operations that need a model fail. */
  readonly llm: LlmSettings | undefined;
  readonly candidate: CandidateSettings;
  readonly sources: SourceSettings;
  readonly fetch: FetchSettings;
  /** A FireCrawl-like scraping service. */
  readonly scraperUrl: string | undefined;
  readonly scraperApiKey: string | undefined;
  /** Renders `POST /cv-to-pdf` and the like; undefined: PDFs are made here. */
  readonly pdfServiceUrl: string | undefined;
  readonly uploadWebhookUrl: string | undefined;
  /** What ingestion looks for where the caller names nothing. */
  readonly ingestKeywords: readonly string[];
  /** How long an answer of the search is served from the cache, in milliseconds. */
  readonly searchCacheMs: number;
}

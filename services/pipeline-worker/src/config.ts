import { createAddressList } from "@switchyard/guarded-http";
import { defaultNamespace, type ModelTier, type TaskType, tiers } from "@switchyard/pipeline-model";
import { durationMs, integer, json, list, loadConfig, text } from "@switchyard/service-kit";
import { z } from "zod";
import { defaultFetchHosts } from "./pages/default-hosts.js";
import type { WorkerSettings } from "./settings.js";

const url = () => z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ""));

/** Names of all that ingestion and search can ask. */
const sourceName = z.enum(["himalayas", "indeed", "bayt"]);

/** What ingestion looks for where nobody says it. */
const defaultKeywords = [
  ...["engineering manager", "staff engineer", "technical lead", "tech lead", "team lead"],
  ...["director of engineering", "head of engineering", "head of technology", "cto"],
];

const environment = {
  PIPELINE_NAMESPACE: text().default(defaultNamespace),
  PIPELINE_WORKER_SLOTS: integer({ min: 1, max: 1_000 }).optional(),
  MAX_CONCURRENCY: integer({ min: 1, max: 20 }).default(3),
  PIPELINE_OPERATION_CONCURRENCY: integer({ min: 1, max: 1_000 }).default(4),
  LLM_BASE_URL: url().optional(),
  LLM_API_KEY: text().default(""),
  LLM_MODEL: text().optional(),
  LLM_MODEL_FAST_COMPLEX: text().optional(),
  LLM_MODEL_FAST_ANALYTICAL: text().optional(),
  LLM_MODEL_FAST_SIMPLE: text().optional(),
  LLM_MODEL_BALANCED_COMPLEX: text().optional(),
  LLM_MODEL_BALANCED_ANALYTICAL: text().optional(),
  LLM_MODEL_BALANCED_SIMPLE: text().optional(),
  LLM_MODEL_QUALITY_COMPLEX: text().optional(),
  LLM_MODEL_QUALITY_ANALYTICAL: text().optional(),
  LLM_MODEL_QUALITY_SIMPLE: text().optional(),
  LLM_EMBEDDING_MODEL: text().optional(),
  LLM_TIMEOUT: durationMs().default(120_000),
  CANDIDATE_NAME: text().default(""),
  CANDIDATE_SIGNATURE: text().default(""),
  CANDIDATE_CALENDAR_URL: text().default(""),
  CANDIDATE_PROFILE: text().default(""),
  PIPELINE_SOURCES: list().pipe(z.array(sourceName)).default(["himalayas"]),
  HIMALAYAS_API_URL: url().optional(),
  INDEED_GRAPHQL_URL: url().optional(),
  INDEED_GRAPHQL_HEADERS: json(z.record(z.string(), z.string())).default({}),
  INDEED_BASE_URL: url().default("https://www.indeed.com"),
  BAYT_BASE_URL: url().optional(),
  LINKEDIN_BASE_URL: url().default("https://www.linkedin.com"),
  PIPELINE_FETCH_HOSTS: list().default([...defaultFetchHosts]),
  PIPELINE_FETCH_ALLOW: list().default([]),
  SCRAPER_URL: url().optional(),
  SCRAPER_API_KEY: text().optional(),
  PDF_SERVICE_URL: url().optional(),
  UPLOAD_WEBHOOK_URL: url().optional(),
  INGEST_KEYWORDS: list().default(defaultKeywords),
  JOB_SEARCH_CACHE_TTL_HOURS: integer({ min: 1, max: 720 }).default(6),
};

type Environment = { readonly [Name in keyof typeof environment]: z.output<(typeof environment)[Name]> };
type Env = Readonly<Record<string, string | undefined>>;

/** Slots beyond what the scheduler's limits let run at once: for work that stands under none of them. */
const spareSlots = 5;

/** Reads the settings of the worker. @throws ConfigError with every problem at once */
export function loadWorkerSettings(env: Env = process.env): WorkerSettings {
  const values = loadConfig(environment, env, (config, problem) => {
    const blocks = config.PIPELINE_FETCH_ALLOW.filter((item) => /^[\d.]+(?:\/|$)|:/.test(item));
    try {
      createAddressList(blocks);
    } catch (error) {
      problem("PIPELINE_FETCH_ALLOW", (error as Error).message);
    }
  });
  return {
    namespace: values.PIPELINE_NAMESPACE,
    slots: values.PIPELINE_WORKER_SLOTS ?? values.MAX_CONCURRENCY + values.PIPELINE_OPERATION_CONCURRENCY + spareSlots,
    llm: values.LLM_BASE_URL === undefined ? undefined : llmSettings(values.LLM_BASE_URL, values),
    candidate: {
      name: values.CANDIDATE_NAME,
      signature: values.CANDIDATE_SIGNATURE,
      calendarUrl: values.CANDIDATE_CALENDAR_URL,
      profile: values.CANDIDATE_PROFILE,
    },
    sources: sourceSettings(values),
    fetch: { hosts: values.PIPELINE_FETCH_HOSTS, allow: values.PIPELINE_FETCH_ALLOW },
    scraperUrl: values.SCRAPER_URL,
    scraperApiKey: values.SCRAPER_API_KEY,
    pdfServiceUrl: values.PDF_SERVICE_URL,
    uploadWebhookUrl: values.UPLOAD_WEBHOOK_URL,
    ingestKeywords: values.INGEST_KEYWORDS,
    searchCacheMs: values.JOB_SEARCH_CACHE_TTL_HOURS * 3_600_000,
  };
}

/** Each tier's models: the one that is named for tier and task type, else the one that is named for all, else the default. */
function llmSettings(baseUrl: string, values: Environment): WorkerSettings["llm"] {
  const model = (tier: ModelTier, task: TaskType) => {
    const name = `LLM_MODEL_${tier.toUpperCase()}_${task.toUpperCase()}` as keyof Environment;
    return (values[name] as string | undefined) ?? values.LLM_MODEL ?? tiers[tier].models[task];
  };
  const models = (tier: ModelTier) => ({
    complex: model(tier, "complex"),
    analytical: model(tier, "analytical"),
    simple: model(tier, "simple"),
  });
  return {
    baseUrl,
    apiKey: values.LLM_API_KEY,
    models: { fast: models("fast"), balanced: models("balanced"), quality: models("quality") },
    embeddingModel: values.LLM_EMBEDDING_MODEL,
    timeoutMs: values.LLM_TIMEOUT,
  };
}

/** A source is on where it is named, or where somebody says where it is. */
function sourceSettings(values: Environment): WorkerSettings["sources"] {
  const { HIMALAYAS_API_URL, INDEED_GRAPHQL_URL, BAYT_BASE_URL } = values;
  const addresses = { himalayas: HIMALAYAS_API_URL, indeed: INDEED_GRAPHQL_URL, bayt: BAYT_BASE_URL };
  return {
    enabled: sourceName.options.filter(
      (name) => values.PIPELINE_SOURCES.includes(name) || addresses[name] !== undefined,
    ),
    himalayasApiUrl: HIMALAYAS_API_URL ?? "https://himalayas.app/jobs/api",
    indeedGraphqlUrl: INDEED_GRAPHQL_URL ?? "https://apis.indeed.com/graphql",
    indeedGraphqlHeaders: values.INDEED_GRAPHQL_HEADERS,
    indeedBaseUrl: values.INDEED_BASE_URL,
    baytBaseUrl: BAYT_BASE_URL ?? "https://www.bayt.com",
    linkedinBaseUrl: values.LINKEDIN_BASE_URL,
  };
}

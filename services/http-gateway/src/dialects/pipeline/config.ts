import { flag, hostPort, integer, json, list, text } from "@switchyard/service-kit";
import { defaultNamespace, tiers } from "@switchyard/pipeline-model";
import { z } from "zod";
import { hostName } from "../../http/host-name.js";
import { type IngestSchedule, ingestSchedules } from "./ingest/ingest-schedules.js";

/** A service outside of the installation that the dialect asks how it is. */
export interface Provider {
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: string | undefined;
}

/** Settings of the dialect. */
export interface PipelineConfig {
  /** `host:port` of a listener of its own. */
  readonly listen: string | undefined;
  /** Host name, in lower case and without port, at which the main listener has the dialect at its root. */
  readonly hostName: string | undefined;
  /** The core's namespace that the dialect shows. */
  readonly namespace: string;
  /** The bearer token of all but the public endpoints. Undefined: any token passes, but there has to be one. */
  readonly secret: string | undefined;
  /** What `/diagnostics` calls the environment. In production nobody gets in without `secret`. */
  readonly environment: "development" | "staging" | "production";
  /** Origins whose pages may call with credentials. Empty: no CORS. */
  readonly corsOrigins: readonly string[];
  /** The annotation endpoints need the token too. */
  readonly annotationsNeedToken: boolean;
  /** Pipeline runs that run at once. */
  readonly maxConcurrency: number;
  /** Operations that run at once. */
  readonly operationConcurrency: number;
  /** Longest time of a pipeline run, in seconds. */
  readonly timeoutSeconds: number;
  /** How many of its last lines the log of a pipeline run replays to a new reader. */
  readonly logBufferLimit: number;
  /** Ingestion by the clock; put in place at the start. */
  readonly ingestSchedules: readonly IngestSchedule[];
  /** What the operator wants to spend, in USD, for the metrics. Undefined: no budget. */
  readonly budgetUsd: number | undefined;
  /** The OpenAI-compatible endpoint that the worker calls. Undefined: none. */
  readonly llm: Provider | undefined;
  /** The model that is shown for it. */
  readonly llmModel: string;
  /** The scraping service, asked for its credits. */
  readonly scraper: Provider | undefined;
  /** The LLM reseller, asked for its credits. */
  readonly openrouter: Provider | undefined;
}

const url = () =>
  z
    .url({ protocol: /^https?$/ })
    .transform((value) => value.replace(/\/+$/, ""))
    .optional();

/** At least 16 characters, of which at least four are different. */
const secret = text(16).refine((value) => new Set(value).size >= 4, "needs at least four different characters");

const amount = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "expected an amount such as 50 or 12.50")
  .transform(Number);

/** The dialect's environment variables. */
export const pipelineEnvironment = {
  DIALECT_PIPELINE_LISTEN: hostPort().optional(),
  DIALECT_PIPELINE_HOSTNAME: hostName().optional(),
  PIPELINE_NAMESPACE: text().default(defaultNamespace),
  RUNNER_API_SECRET: secret.optional(),
  PIPELINE_ENVIRONMENT: z.enum(["development", "staging", "production"]).default("development"),
  CORS_ORIGINS: list().default([]),
  PIPELINE_REQUIRE_AUTH_ANNOTATIONS: flag().default(false),
  MAX_CONCURRENCY: integer({ min: 1, max: 20 }).default(3),
  PIPELINE_OPERATION_CONCURRENCY: integer({ min: 1, max: 1000 }).default(4),
  PIPELINE_TIMEOUT_SECONDS: integer({ min: 60, max: 3600 }).default(600),
  LOG_BUFFER_LIMIT: integer({ min: 100, max: 10_000 }).default(500),
  PIPELINE_INGEST_SCHEDULES: json(ingestSchedules).default([]),
  PIPELINE_BUDGET_USD: amount.optional(),
  LLM_BASE_URL: url(),
  LLM_API_KEY: text().optional(),
  LLM_MODEL: text().optional(),
  LLM_MODEL_BALANCED_COMPLEX: text().optional(),
  SCRAPER_URL: url(),
  SCRAPER_API_KEY: text().optional(),
  OPENROUTER_API_URL: url(),
  OPENROUTER_API_KEY: text().optional(),
};

type Environment = {
  readonly [Name in keyof typeof pipelineEnvironment]: z.output<(typeof pipelineEnvironment)[Name]>;
};

/** Names the settings as the code does. */
export function pipelineConfig(env: Environment): PipelineConfig {
  return {
    listen: env.DIALECT_PIPELINE_LISTEN,
    hostName: env.DIALECT_PIPELINE_HOSTNAME,
    namespace: env.PIPELINE_NAMESPACE,
    secret: env.RUNNER_API_SECRET,
    environment: env.PIPELINE_ENVIRONMENT,
    corsOrigins: env.CORS_ORIGINS,
    annotationsNeedToken: env.PIPELINE_REQUIRE_AUTH_ANNOTATIONS,
    maxConcurrency: env.MAX_CONCURRENCY,
    operationConcurrency: env.PIPELINE_OPERATION_CONCURRENCY,
    timeoutSeconds: env.PIPELINE_TIMEOUT_SECONDS,
    logBufferLimit: env.LOG_BUFFER_LIMIT,
    ingestSchedules: env.PIPELINE_INGEST_SCHEDULES,
    budgetUsd: env.PIPELINE_BUDGET_USD,
    llm: provider(env.LLM_BASE_URL, env.LLM_API_KEY),
    llmModel: env.LLM_MODEL_BALANCED_COMPLEX ?? env.LLM_MODEL ?? tiers.balanced.models.complex,
    scraper: provider(env.SCRAPER_URL, env.SCRAPER_API_KEY),
    openrouter: provider(env.OPENROUTER_API_URL, env.OPENROUTER_API_KEY),
  };
}

function provider(url: string | undefined, key: string | undefined): Provider | undefined {
  return url === undefined ? undefined : { url, key };
}

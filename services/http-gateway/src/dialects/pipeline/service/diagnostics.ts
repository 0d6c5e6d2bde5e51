import { durationSeconds } from "../../../json/timestamp.js";
import type { PipelineContext } from "../context.js";
import { naiveNow } from "../time-text.js";
import { type Alert, countBy, readAlerts } from "./alerts.js";
import { countActiveRuns, hasWorker, type QueueDepth, readQueueDepth } from "./capacity.js";
import type { LlmStatus } from "./llm-status.js";
import type { Providers } from "./providers.js";

/** How one part of the service is. */
export interface PartHealth {
  readonly status: "healthy" | "unhealthy" | "unknown";
  readonly latency_ms: number | null;
  readonly error: string | null;
  readonly details: Readonly<Record<string, string>> | null;
}

const alertCount = 20;

/** Says how all parts of the service are. Never throws: a part that does not answer is told as such. */
export async function readDiagnostics(context: PipelineContext, providers: Providers) {
  const { config, version } = context;
  const [database, queue, pdf, llm, firecrawl, openrouter, activeRuns, alerts] = await Promise.all([
    health(() => readDatabase(context)),
    measured(() => readQueueDepth(context)),
    measured(() => hasWorker(context)),
    providers.llm(),
    config.scraper === undefined ? null : providers.firecrawl(),
    config.openrouter === undefined ? null : providers.openrouter(),
    countActiveRuns(context).catch(() => 0),
    readAlerts(context, alertCount).catch((): readonly Alert[] => []),
  ]);
  const redis = partOf(queue, (depth) => ({ details: { waiting: String(depth.waiting) } }));
  const pdf_service = partOf(pdf, (connected) => (connected ? {} : noWorker));
  const { maxConcurrency } = config;
  return {
    timestamp: naiveNow(),
    uptime_seconds: Math.round(process.uptime() * 10) / 10,
    version,
    environment: config.environment,
    mongodb: database,
    redis,
    pdf_service,
    firecrawl_credits: firecrawl,
    openrouter_credits: openrouter,
    claude_code: { ...llm, auth_method: config.llm?.key === undefined ? "none" : "api_key" },
    system_health: systemHealth({ database, redis, pdf_service, llm }),
    circuit_breakers: { total: 0, closed: 0, open: 0, half_open: 0, by_service: {} },
    rate_limits: { total_requests: 0, total_waits: 0, by_provider: {} },
    capacity: {
      active_runs: activeRuns,
      max_concurrency: maxConcurrency,
      capacity_percent: Math.round((activeRuns / maxConcurrency) * 1000) / 10,
      ...depthPart(queue.value),
    },
    recent_alerts: alerts,
    alert_stats: countBy(alerts, "level"),
  };
}

/** What is said about PDFs where no worker is connected. */
export const noWorker = { status: "unhealthy", error: "no worker is connected" } as const;

interface Parts {
  readonly database: PartHealth;
  readonly redis: PartHealth;
  readonly pdf_service: PartHealth;
  readonly llm: LlmStatus;
}

/** Unhealthy without the database or the queue, degraded without PDFs. */
function systemHealth({ database, redis, pdf_service: pdf, llm }: Parts) {
  const issues = [
    ...(database.status === "healthy" ? [] : [`MongoDB: ${database.error ?? database.status}`]),
    ...(redis.status === "unhealthy" ? [`Redis: ${redis.error ?? redis.status}`] : []),
  ];
  const warnings = [
    ...(pdf.status === "healthy" ? [] : [`PDF service: ${pdf.error ?? pdf.status}`]),
    ...(llm.available ? [] : [`LLM: ${llm.error ?? "not available"}`]),
  ];
  const isDegraded = pdf.status !== "healthy";
  return { status: issues.length > 0 ? "unhealthy" : isDegraded ? "degraded" : "healthy", issues, warnings };
}

function depthPart(depth: QueueDepth | undefined) {
  const { waiting = 0, running = 0, failed = 0 } = depth ?? {};
  return { queue_depth: waiting, queue_running: running, queue_failed: failed };
}

async function readDatabase({ core }: PipelineContext): Promise<Partial<PartHealth>> {
  const { databaseConnected, databaseLatency } = await core.jobs.getStatus({});
  if (!databaseConnected) return { status: "unhealthy", error: "the database does not answer" };
  return { latency_ms: Math.round((durationSeconds(databaseLatency) ?? 0) * 10_000) / 10 };
}

interface Measured<T> {
  /** Undefined where it failed. */
  readonly value: T | undefined;
  readonly latencyMs: number;
}

async function measured<T>(ask: () => Promise<T>): Promise<Measured<T>> {
  const begun = performance.now();
  const value = await ask().catch(() => undefined);
  return { value, latencyMs: Math.round((performance.now() - begun) * 10) / 10 };
}

async function health(ask: () => Promise<Partial<PartHealth>>): Promise<PartHealth> {
  return partOf(await measured(ask), (told) => told);
}

/** What a failure was is in the log of the service that failed, and none of the public's business. */
function partOf<T>({ value, latencyMs }: Measured<T>, tell: (value: T) => Partial<PartHealth>): PartHealth {
  if (value === undefined) return { status: "unhealthy", latency_ms: null, error: "does not answer", details: null };
  return { status: "healthy", latency_ms: latencyMs, error: null, details: null, ...tell(value) };
}

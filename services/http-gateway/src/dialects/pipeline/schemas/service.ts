import {
  answer,
  anyObject,
  count,
  flag,
  listOf,
  naiveTimestamp,
  naiveTimestampOrNull,
  nullable,
  text,
} from "./common.js";

const number = { type: "number" };
const partStatus = { enum: ["healthy", "unhealthy", "unknown"] };

/** Whether the service lives, and how much it does. */
export const health = answer({
  status: { const: "healthy" },
  active_runs: count,
  max_concurrency: count,
  timestamp: naiveTimestamp,
  pdf_service_status: partStatus,
  pdf_service_error: nullable("string"),
});

/** Whether the LLM can be reached. */
export const llmStatus = answer({ available: flag, model: nullable("string"), error: nullable("string") });

const part = answer({
  status: partStatus,
  latency_ms: nullable("number"),
  error: nullable("string"),
  details: { type: ["object", "null"], additionalProperties: text },
});

const creditStatus = { enum: ["healthy", "warning", "critical", "exhausted", "unknown"] };

/** How much of the scraping service is left. */
export const firecrawlCredits = answer({
  provider: { const: "firecrawl" },
  daily_limit: nullable("number"),
  used_today: nullable("number"),
  remaining: nullable("number"),
  used_percent: nullable("number"),
  requests_this_minute: nullable("integer"),
  requests_per_minute_limit: nullable("integer"),
  last_request_at: nullable("string"),
  daily_reset_at: nullable("string"),
  status: creditStatus,
});

/** How much of the LLM reseller is left. */
export const openrouterCredits = answer({
  provider: { const: "openrouter" },
  credits_remaining: nullable("number"),
  credits_used: nullable("number"),
  status: creditStatus,
  error: nullable("string"),
});

const alert = answer({
  alert_id: text,
  level: text,
  message: text,
  source: text,
  timestamp: naiveTimestampOrNull,
  metadata: { type: "object", additionalProperties: text },
});

/** How all parts of the service are. */
export const diagnostics = answer({
  timestamp: naiveTimestamp,
  uptime_seconds: number,
  version: text,
  environment: text,
  mongodb: part,
  redis: part,
  pdf_service: part,
  firecrawl_credits: { anyOf: [firecrawlCredits, { type: "null" }] },
  openrouter_credits: { anyOf: [openrouterCredits, { type: "null" }] },
  claude_code: answer({
    available: flag,
    model: nullable("string"),
    auth_method: { enum: ["api_key", "none"] },
    error: nullable("string"),
  }),
  system_health: answer({
    status: { enum: ["healthy", "degraded", "unhealthy"] },
    issues: listOf(text),
    warnings: listOf(text),
  }),
  circuit_breakers: anyObject,
  rate_limits: anyObject,
  capacity: answer({
    active_runs: count,
    max_concurrency: count,
    capacity_percent: number,
    queue_depth: count,
    queue_running: count,
    queue_failed: count,
  }),
  recent_alerts: listOf(alert),
  alert_stats: { type: "object", additionalProperties: count },
});

/** What was spent. */
export const budget = answer({
  total_budget_usd: nullable("number"),
  total_used_usd: number,
  total_remaining_usd: nullable("number"),
  overall_used_percent: nullable("number"),
  trackers_exceeded: count,
  trackers_warning: count,
  trackers_critical: count,
  by_tracker: { type: "object", additionalProperties: answer({ used_usd: number }) },
});

/** Which alerts are wanted. */
export const alertsQuery = {
  type: "object",
  properties: {
    limit: { type: "integer", minimum: 1, maximum: 1000, default: 50 },
    level: text,
    source: text,
  },
};

/** Alerts, newest first. */
export const alerts = answer({ alerts: listOf(alert), stats: anyObject, timestamp: naiveTimestamp });

/** Which costs are wanted. */
export const costHistoryQuery = {
  type: "object",
  properties: {
    period: { type: "string", enum: ["hourly", "daily"], default: "hourly" },
    count: { type: "integer", minimum: 1, maximum: 366, default: 24 },
  },
};

/** Costs over time. */
export const costHistory = answer({
  period: text,
  count,
  costs: listOf(number),
  sparkline_svg: text,
  summary: answer({ total: number, avg: number, max: number, min: number }),
  timestamp: naiveTimestamp,
});

import { isJsonObject } from "../../../json/parse-json.js";
import type { Provider } from "../config.js";
import { askProvider } from "./ask-provider.js";

/** How much of the scraping service is left. Null is "not known". */
export interface FirecrawlCredits {
  readonly provider: "firecrawl";
  readonly daily_limit: number | null;
  readonly used_today: number | null;
  readonly remaining: number | null;
  readonly used_percent: number | null;
  readonly requests_this_minute: null;
  readonly requests_per_minute_limit: null;
  readonly last_request_at: null;
  readonly daily_reset_at: string | null;
  readonly status: CreditStatus;
}

/** How much of the LLM reseller is left. */
export interface OpenrouterCredits {
  readonly provider: "openrouter";
  readonly credits_remaining: number | null;
  readonly credits_used: number | null;
  readonly status: CreditStatus;
  readonly error: string | null;
}

type CreditStatus = "healthy" | "warning" | "critical" | "exhausted" | "unknown";

/** Asks the scraping service for its credits, where the operator has configured one. */
export async function readFirecrawlCredits(provider: Provider | undefined): Promise<FirecrawlCredits> {
  if (provider === undefined) return firecrawlView(undefined, undefined, null);
  const answer = await askProvider(provider, "/v2/team/credit-usage");
  const data = dataOf("value" in answer ? answer.value : undefined);
  const reset = data["billingPeriodEnd"];
  return firecrawlView(
    numberOf(data["planCredits"]),
    numberOf(data["remainingCredits"]),
    typeof reset === "string" ? reset : null,
  );
}

/** Asks the LLM reseller for its credits, where the operator has configured one. */
export async function readOpenrouterCredits(provider: Provider | undefined): Promise<OpenrouterCredits> {
  const name = "openrouter" as const;
  const unknown = (error: string): OpenrouterCredits => {
    return { provider: name, credits_remaining: null, credits_used: null, status: "unknown", error };
  };
  if (provider === undefined) return unknown("OpenRouter API key not configured");
  const answer = await askProvider(provider, "/credits");
  if ("error" in answer) return unknown(answer.error);
  const data = dataOf(answer.value);
  const [total, used] = [numberOf(data["total_credits"]), numberOf(data["total_usage"])];
  if (total === undefined || used === undefined) return unknown("the answer has no credits");
  const remaining = total - used;
  const status = remaining <= 0 ? "exhausted" : remaining < 1 ? "critical" : remaining < 5 ? "warning" : "healthy";
  return {
    provider: name,
    credits_remaining: cents(remaining),
    credits_used: cents(used),
    status,
    error: null,
  };
}

/** Says how much is used, in percent with one decimal, and what that means. */
export function firecrawlView(
  limit: number | undefined,
  remaining: number | undefined,
  resetAt: string | null,
): FirecrawlCredits {
  const used = limit === undefined || remaining === undefined ? undefined : Math.max(0, limit - remaining);
  const percent = used === undefined || limit === undefined || limit <= 0 ? undefined : (used / limit) * 100;
  return {
    provider: "firecrawl",
    daily_limit: limit ?? null,
    used_today: used ?? null,
    remaining: remaining ?? null,
    used_percent: percent === undefined ? null : Math.round(percent * 10) / 10,
    requests_this_minute: null,
    requests_per_minute_limit: null,
    last_request_at: null,
    daily_reset_at: resetAt,
    status: statusOf(percent, remaining),
  };
}

function statusOf(percent: number | undefined, remaining: number | undefined): CreditStatus {
  if (remaining !== undefined && remaining <= 0) return "exhausted";
  if (percent === undefined) return "unknown";
  if (percent >= 100) return "exhausted";
  return percent >= 90 ? "critical" : percent >= 80 ? "warning" : "healthy";
}

function dataOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) && isJsonObject(value["data"]) ? value["data"] : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

import { describe, expect, it } from "vitest";
import { loadHttpGatewayConfig } from "../../config.js";

const load = (env: Readonly<Record<string, string>>) => loadHttpGatewayConfig(env).dialects.pipeline;

describe("settings of the pipeline", () => {
  it("have the defaults of the old service", () => {
    expect(load({})).toMatchObject({
      ...{ namespace: "pipeline", secret: undefined, environment: "development", corsOrigins: [] },
      ...{ maxConcurrency: 3, operationConcurrency: 4, timeoutSeconds: 600, logBufferLimit: 500 },
      ...{ annotationsNeedToken: false, llm: undefined, scraper: undefined, openrouter: undefined },
    });
  });

  it("name the services of the outside", () => {
    const config = load({
      ...{ LLM_BASE_URL: "http://127.0.0.1:1/v1/", LLM_API_KEY: "k", LLM_MODEL: "m", PIPELINE_BUDGET_USD: "12.50" },
      ...{ CORS_ORIGINS: "https://a.example.org, https://b.example.org" },
    });
    expect(config).toMatchObject({
      ...{ llm: { url: "http://127.0.0.1:1/v1", key: "k" }, llmModel: "m", budgetUsd: 12.5 },
      corsOrigins: ["https://a.example.org", "https://b.example.org"],
    });
  });

  it.each([
    ["RUNNER_API_SECRET", "short"],
    ["RUNNER_API_SECRET", "aaabbbcccaaabbbccc"],
    ["MAX_CONCURRENCY", "0"],
    ["MAX_CONCURRENCY", "21"],
    ["PIPELINE_TIMEOUT_SECONDS", "59"],
    ["LOG_BUFFER_LIMIT", "99"],
    ["PIPELINE_BUDGET_USD", "-1"],
    ["LLM_BASE_URL", "ftp://127.0.0.1"],
    ["PIPELINE_ENVIRONMENT", "test"],
  ])("refuse %s=%s", (name, value) => {
    expect(() => load({ [name]: value })).toThrow(name);
  });
});

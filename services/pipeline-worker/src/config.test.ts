import { expect, it } from "vitest";
import { loadWorkerSettings } from "./config.js";

it("needs nothing, and then asks no model and only the open source", () => {
  const settings = loadWorkerSettings({});
  expect(settings).toMatchObject({ namespace: "pipeline", slots: 12, llm: undefined, searchCacheMs: 21_600_000 });
  expect(settings.sources).toMatchObject({ enabled: ["himalayas"], himalayasApiUrl: "https://himalayas.app/jobs/api" });
  expect(settings.fetch.hosts).toContain("*.greenhouse.io");
});

it("takes models by tier and task, by one name, or by default", () => {
  const llm = loadWorkerSettings({
    ...{ LLM_BASE_URL: "http://llm.test/v1/", LLM_API_KEY: "k", LLM_MODEL_QUALITY_COMPLEX: "best" },
  }).llm;
  expect(llm).toMatchObject({ baseUrl: "http://llm.test/v1", apiKey: "k", embeddingModel: undefined });
  expect(llm?.models.quality).toEqual({ complex: "best", analytical: "gpt-4o", simple: "gpt-4o-mini" });
  const one = loadWorkerSettings({
    LLM_BASE_URL: "http://llm.test/v1",
    LLM_MODEL: "local",
    LLM_MODEL_FAST_SIMPLE: "tiny",
  }).llm;
  expect(one?.models.fast).toEqual({ complex: "local", analytical: "local", simple: "tiny" });
});

it("has a source on that is named or has an address", () => {
  const { sources } = loadWorkerSettings({
    PIPELINE_SOURCES: "bayt",
    INDEED_GRAPHQL_URL: "http://127.0.0.1:1/graphql",
  });
  expect(sources.enabled).toEqual(["indeed", "bayt"]);
});

it("has room for all that the scheduler lets run", () => {
  expect(loadWorkerSettings({ MAX_CONCURRENCY: "20", PIPELINE_OPERATION_CONCURRENCY: "30" }).slots).toBe(55);
  expect(loadWorkerSettings({ PIPELINE_WORKER_SLOTS: "2" }).slots).toBe(2);
});

it.each([
  [{ PIPELINE_SOURCES: "monster" }, "PIPELINE_SOURCES"],
  [{ PIPELINE_FETCH_ALLOW: "127.0.0.0/99" }, "PIPELINE_FETCH_ALLOW"],
  [{ LLM_BASE_URL: "ftp://llm" }, "LLM_BASE_URL"],
  [{ INDEED_GRAPHQL_HEADERS: "[]" }, "INDEED_GRAPHQL_HEADERS"],
])("refuses %j", (env, name) => {
  expect(() => loadWorkerSettings(env)).toThrow(name);
});

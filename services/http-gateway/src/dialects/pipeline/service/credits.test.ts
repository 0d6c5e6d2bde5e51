import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firecrawlView, readFirecrawlCredits, readOpenrouterCredits } from "./credits.js";

// A service of the outside: answers by path, and only to who has the key.
const answers: Record<string, unknown> = {};
const server = createServer((request, response) => {
  const value = answers[request.url ?? ""];
  const isKnown = request.headers.authorization === "Bearer key";
  if (!isKnown || value === undefined) return response.writeHead(isKnown ? 404 : 401).end();
  return response.end(typeof value === "string" ? value : JSON.stringify(value));
});
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe("credits of the scraping service", () => {
  it.each([
    [1000, 1000, 0, "healthy"],
    [1000, 201, 79.9, "healthy"],
    [1000, 200, 80, "warning"],
    [1000, 100, 90, "critical"],
    [1000, 0, 100, "exhausted"],
    [1000, -5, 100.5, "exhausted"],
    [0, 10, null, "unknown"],
    [undefined, 10, null, "unknown"],
    [undefined, undefined, null, "unknown"],
  ] as const)("%s with %s left: %s %%, %s", (limit, remaining, percent, status) => {
    expect(firecrawlView(limit, remaining, null)).toMatchObject({ used_percent: percent, status });
  });

  it("are asked for, where there is a service", async () => {
    answers["/v2/team/credit-usage"] = { success: true, data: { remainingCredits: 250, planCredits: 1000 } };
    expect(await readFirecrawlCredits({ url, key: "key" })).toMatchObject({
      ...{ provider: "firecrawl", daily_limit: 1000, used_today: 750, remaining: 250, used_percent: 75 },
      ...{ status: "healthy", daily_reset_at: null },
    });
    expect(await readFirecrawlCredits({ url, key: undefined })).toMatchObject({ remaining: null, status: "unknown" });
    expect(await readFirecrawlCredits(undefined)).toMatchObject({ remaining: null, status: "unknown" });
  });
});

describe("credits of the LLM reseller", () => {
  it.each([
    [10, 5, 5, "healthy"],
    [10, 5.01, 4.99, "warning"],
    [10, 9.5, 0.5, "critical"],
    [10, 10, 0, "exhausted"],
  ] as const)("%d bought and %d used: %d, %s", async (total, used, left, status) => {
    answers["/credits"] = { data: { total_credits: total, total_usage: used } };
    expect(await readOpenrouterCredits({ url, key: "key" })).toEqual({
      ...{ provider: "openrouter", credits_remaining: left, credits_used: used, status, error: null },
    });
  });

  it("are not known where nobody says so", async () => {
    const unknown = { credits_remaining: null, credits_used: null, status: "unknown" };
    expect(await readOpenrouterCredits(undefined)).toMatchObject({
      ...unknown,
      error: "OpenRouter API key not configured",
    });
    expect(await readOpenrouterCredits({ url, key: "x" })).toMatchObject({
      ...unknown,
      error: "API returned status 401",
    });
    answers["/credits"] = "no JSON";
    expect(await readOpenrouterCredits({ url, key: "key" })).toMatchObject({ error: "the answer is no JSON" });
    answers["/credits"] = [];
    expect(await readOpenrouterCredits({ url, key: "key" })).toMatchObject({ error: "the answer has no credits" });
    const closed = { url: "http://127.0.0.1:1", key: "key" };
    expect(await readOpenrouterCredits(closed)).toMatchObject({ error: "cannot be reached" });
  });
});

import type { SwitchyardClient } from "@switchyard/client";
import { parseArgs } from "node:util";
import { quantile, report, startBenchSystem } from "../bench-system.js";
import { fillIndex } from "./fill-index.js";

const usage = "npm run bench -- search-index [--jobs 200000] [--calls 50]";

/** Queries as a page makes them: filters, orders and words, by themselves and together. */
const queries = [
  "",
  "?limit=20&sort_by=quick_score",
  "?sources=bayt",
  "?regions=gulf&remote_only=true&min_score=70",
  "?sources=bayt,indeed&promoted=false&sort_by=title&sort_order=asc",
  "?q=engineering+manager",
  "?q=manager+dubai&sources=bayt&min_score=50&sort_by=quick_score",
  "?q=%22company+17%22",
  "?offset=10000",
  "?offset=150000",
];

/** Words that many jobs hold, each time others. */
const freshWords = ["Dubai", "Berlin", "Remote", "Doha", "Toronto", "Riyadh", "Lisbon"].flatMap((place) =>
  ["team", "platform", "cloud", "data", "security", "design", "growth"].map((word) => `${place} ${word}`),
);

/** Calls in a row that have to be quick before anything is measured, and how quick, in milliseconds. */
const [quickCalls, quickMs] = [5, 100];
/** How long is waited for them at most, in milliseconds. */
const mostWarmUpMs = 30_000;

/** Measures the search index of the pipeline dialect. */
export async function benchSearchIndex(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { jobs: { type: "string", default: "200000" }, calls: { type: "string", default: "50" } },
  });
  const [jobs, calls] = [Number(values.jobs), Number(values.calls)];
  if (!(jobs > 0 && calls > 0)) throw new Error(usage);
  const { system, client, stop } = await startBenchSystem({ MANAGED_RUNNERS: "0", PIPELINE_WORKER: "off" });
  try {
    const filledFrom = performance.now();
    await fillIndex(client, jobs);
    const seconds = Math.round((performance.now() - filledFrom) / 1000);
    report("jobs put into the search index", { jobs, seconds });
    const index = `http://${system.addresses.http}/pipeline/job-search/index`;
    report("first query until answers come from memory, ms", { jobs, ...(await warmUp(index)) });
    for (const query of queries) {
      const { total, firstMs, tookMs } = await measure(`${index}${query}`, calls);
      const [p50, p95, max] = [0.5, 0.95, 1].map((share) => round(quantile(tookMs, share)));
      report("query of the search index, ms", {
        query,
        jobs,
        found: total,
        calls,
        first: round(firstMs),
        p50,
        p95,
        max,
      });
    }
    const tookMs: number[] = [];
    for (const words of freshWords) tookMs.push((await ask(`${index}?q=${encodeURIComponent(words)}`)).tookMs);
    const figures = { calls: tookMs.length, p50: round(quantile(tookMs, 0.5)), p95: round(quantile(tookMs, 0.95)) };
    report("query for words that are new each time, ms", { jobs, ...figures });
    // Each write is in the answer that follows it, so the index in memory has to follow first.
    report("query after a write of one job, ms", { jobs, ...(await measureAfterWrites(client, index, calls)) });
  } finally {
    await stop();
  }
}

/** Asks until a replica that has just started has read the collection. */
async function warmUp(url: string): Promise<{ readonly first: number; readonly whole: number }> {
  const from = performance.now();
  const first = (await ask(url)).tookMs;
  let quick = 0;
  while (quick < quickCalls && performance.now() - from < mostWarmUpMs) {
    quick = (await ask(url)).tookMs < quickMs ? quick + 1 : 0;
  }
  return { first: round(first), whole: round(performance.now() - from) };
}

interface Measured {
  readonly total: number;
  /** A query with words that nobody asked for before costs more. */
  readonly firstMs: number;
  readonly tookMs: readonly number[];
}

async function measure(url: string, calls: number): Promise<Measured> {
  const first = await ask(url);
  // The next calls fill buffers and plans.
  for (let call = 0; call < 2; call++) await ask(url);
  const tookMs: number[] = [];
  for (let call = 0; call < calls; call++) tookMs.push((await ask(url)).tookMs);
  return { total: first.total, firstMs: first.tookMs, tookMs };
}

async function measureAfterWrites(client: SwitchyardClient, index: string, calls: number): Promise<object> {
  const [queries, writes]: [number[], number[]] = [[], []];
  for (let call = 0; call < calls; call++) {
    const from = performance.now();
    await fillIndex(client, 1);
    writes.push(performance.now() - from);
    queries.push((await ask(index)).tookMs);
  }
  const [p50, p95, writeP50] = [quantile(queries, 0.5), quantile(queries, 0.95), quantile(writes, 0.5)];
  return { calls, p50: round(p50), p95: round(p95), writeP50: round(writeP50) };
}

async function ask(url: string): Promise<{ readonly total: number; readonly tookMs: number }> {
  const from = performance.now();
  const answer = await fetch(url, { headers: { authorization: "Bearer any" } });
  const { total } = (await answer.json()) as { total: number };
  if (answer.status !== 200) throw new Error(`${url} was answered with ${answer.status}`);
  return { total, tookMs: performance.now() - from };
}

function round(ms: number): number {
  return Number(ms.toFixed(1));
}

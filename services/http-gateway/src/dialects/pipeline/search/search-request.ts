import { createHash } from "node:crypto";
import type { JobInput } from "@switchyard/pipeline-model";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { parseJson } from "../../../json/parse-json.js";

/** What a caller searches for, with the defaults filled in. */
export interface SearchRequest {
  /** Ids of presets, or words. */
  readonly job_titles: readonly string[];
  readonly regions: readonly string[];
  readonly sources: readonly string[];
  readonly remote_only: boolean;
  readonly max_results_per_source: number | null;
}

/** The body of a search. */
export type SearchBody = Pick<SearchRequest, "job_titles"> & Partial<SearchRequest> & { readonly use_cache?: boolean };

/** Fills the defaults in. */
export function searchRequestOf(body: SearchBody): SearchRequest {
  return {
    job_titles: body.job_titles,
    regions: body.regions ?? ["gulf", "worldwide_remote"],
    sources: body.sources ?? ["indeed", "bayt", "himalayas"],
    remote_only: body.remote_only ?? false,
    max_results_per_source: body.max_results_per_source ?? null,
  };
}

/**
 * The key under which the answer is kept: the same for the same search in another order and letter case. It is the one that the
 * old service made: a digest over JSON as Python writes it, with escapes for all but ASCII.
 */
export function searchCacheKey({ job_titles, regions, sources, remote_only }: SearchRequest): string {
  const titles = job_titles.map((title) => title.toLowerCase().trim());
  const members = [
    `"job_titles": ${pythonList(titles)}`,
    `"regions": ${pythonList(regions)}`,
    `"remote_only": ${remote_only}`,
    `"sources": ${pythonList(sources)}`,
  ];
  return createHash("sha256")
    .update(`{${members.join(", ")}}`)
    .digest("hex")
    .slice(0, 32);
}

/** The key that the job of a search was given; empty where its input cannot be read. */
export function cacheKeyOfJob({ spec }: Pick<Job, "spec">): string {
  const document = parseJson(spec?.input?.data ?? new Uint8Array());
  const input = typeof document === "string" ? undefined : (document.value as Partial<JobInput>);
  return String(input?.parameters?.["cache_key"] ?? "");
}

function pythonList(texts: readonly string[]): string {
  return `[${[...texts].sort(byCodePoint).map(pythonString).join(", ")}]`;
}

function pythonString(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Python sorts by code points, JavaScript by halves of surrogate pairs. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

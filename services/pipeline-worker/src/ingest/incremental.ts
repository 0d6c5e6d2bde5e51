import type { FoundJob } from "../sources/found-job.js";

/**
 * The postings that are newer than the last fetch. One without a date stays: whether it is known is found out by its key, and
 * without this a source that tells no dates would bring nothing but its first load.
 */
export function newerThan(jobs: readonly FoundJob[], lastFetchAt: string | null): FoundJob[] {
  if (lastFetchAt === null) return [...jobs];
  return jobs.filter(({ posted_date: posted }) => posted === null || posted > lastFetchAt);
}

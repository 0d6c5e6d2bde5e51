import type { JobState } from "../domain/core/model.js";

/** Which jobs are listed. Unset fields don't count; set ones must all hold. */
export interface JobListFilter {
  readonly states?: readonly JobState[];
  readonly started?: boolean;
  /** Shapes of the queue that is asked for. */
  readonly shapes?: readonly number[];
  /** The queue by name, for totals; rows are found by `shapes`. */
  readonly queue?: string;
  readonly kinds?: readonly string[];
  readonly subject?: string;
  readonly runner?: string;
  readonly createdFromMicros?: number;
  readonly createdBeforeMicros?: number;
  readonly afterSerial?: number;
  readonly serials?: readonly number[];
  /** With a waiting state among `states`: which of the waiting jobs are blocked, and which scheduled. */
  readonly blocked?: readonly number[];
  readonly scheduled?: readonly number[];
  readonly resumeFrom?: number;
  /** Dead letters that nobody has dismissed. */
  readonly deadLetters?: boolean;
  /** Looked at by the reader of the rows, not here: labels are in no column. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where listed jobs may lie: a partition that is not named here is not looked into. */
export type Buckets = readonly number[];

/** A bucket, and the numbers that its jobs may have, both ends included. */
export interface BucketRange {
  readonly bucket: number;
  readonly from: number;
  readonly upTo: number;
}

/** How a list is ordered; absent times come last. */
export type JobListOrder =
  | "newest"
  | "oldest"
  | "start-desc"
  | "start-asc"
  | "end-desc"
  | "end-asc"
  | "update-desc"
  | "update-asc";

/** Where a page begins: behind a serial for the orders by creation, at an offset for the others. */
export interface JobListPage {
  readonly order: JobListOrder;
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: number;
}

/** The states of jobs that have ended. */
export const finalStates: readonly string[] = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"];

import type { Migration } from "@switchyard/postgres";

/**
 * Jobs that ended otherwise than well, by the time of that: the last failures among a million ends. An end that is a success, as nearly all are, costs the index nothing.
 *
 * For partitions that are made from now on, as in `0008-ends-by-queue-and-kind`; in those of before, the pages of a stretch of time are found by the BRIN index.
 */
export const unwellByEnd: Migration = {
  name: "0010-unwell-by-end",
  compatible: true,
  up: `
    create index outcomes_unwell_by_end on only outcomes (ns, ended_ms) where final and job_state <> 'SUCCEEDED';
  `,
};

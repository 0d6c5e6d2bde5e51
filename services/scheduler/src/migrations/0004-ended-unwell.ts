import type { Migration } from "@switchyard/postgres";

/**
 * Jobs that ended otherwise than well, by number: among a million that succeeded the few that failed are what an operator asks for. An end that is a success,
 * as nearly all are, costs the index nothing.
 */
export const endedUnwell: Migration = {
  name: "0004-ended-unwell",
  compatible: true,
  up: `
    create index outcomes_ended_unwell on outcomes (ns, serial) where final and job_state <> 'SUCCEEDED';
  `,
};

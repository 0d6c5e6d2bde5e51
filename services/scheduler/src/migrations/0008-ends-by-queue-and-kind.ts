import type { Migration } from "@switchyard/postgres";

/**
 * Jobs that ended otherwise than well, by queue (its shapes) and kind: the failed ones of a small queue among all that failed. The columns are null for ends that are
 * a success, which so cost no index entry, and in rows from before.
 *
 * The indexes are for partitions that are made from now on, so that the step takes no longer on a large history than on a small one. Lists look for rows without
 * names as before.
 */
export const endsByQueueAndKind: Migration = {
  name: "0008-ends-by-queue-and-kind",
  compatible: true,
  up: `
    alter table outcomes add column shape int, add column job_kind text;
    create index outcomes_unwell_by_shape on only outcomes (ns, shape, serial) where final and job_state <> 'SUCCEEDED';
    create index outcomes_unwell_by_kind on only outcomes (ns, job_kind, serial) where final and job_state <> 'SUCCEEDED';
    -- Empty in new partitions, so that the look for rows without names is over at once.
    create index outcomes_unwell_unnamed on only outcomes (ns, serial) where final and job_state <> 'SUCCEEDED' and shape is null;
  `,
};

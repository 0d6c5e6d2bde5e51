import type { Migration } from "@switchyard/postgres";

/**
 * Which queues (by their shapes) and kinds there are among 512 neighbouring numbers, so that a list of a small queue or a rare kind goes to its jobs and not past a million others. Noted
 * in the background behind the last number (`domain/history/block-duty.ts`), by reading what was stored: a submit pays nothing, where a B-tree entry for each job would cost it
 * 6 % and 90 bytes of WAL. It also follows that a program which does not know the table misses nothing: who comes next notes what it stored.
 */
export const jobBlocks: Migration = {
  name: "0009-job-blocks",
  compatible: true,
  up: `
    -- All jobs of the namespace with numbers up to here are noted.
    alter table namespaces add column blocks_upto bigint not null default -1;

    -- A row says that jobs of the block and bucket have the shape, or the kind. With neither: they have more kinds than are worth a row each.
    create table job_blocks (
      ns     int not null,
      bucket int not null,
      block  bigint not null, -- the numbers, divided by 512
      shape  int,
      kind   text
    );
    create index job_blocks_by_shape on job_blocks (ns, shape, block, bucket) where shape is not null;
    create index job_blocks_by_kind on job_blocks (ns, kind, block, bucket) where shape is null;
  `,
};

import type { Migration } from "@switchyard/postgres";

/** What is needed to move a namespace to another shard. Programs that do not know it may go on beside those that do, as long as nobody moves anything. */
export const moves: Migration = {
  name: "0006-moves",
  compatible: true,
  up: `
    alter table shards
      -- Numbers of events up to here are not given out: those of a namespace that came here from another shard go on behind what it had.
      add column sequence_floor bigint not null default 0,
      -- Terms up to this epoch have not loaded a namespace that came here since, and are to be begun anew.
      add column stale_epoch bigint not null default 0;

    -- Where the earlier events of a namespace lie that has been moved: those up to a number in the shard of that time.
    create table past_shards (
      ns    int not null,
      upto  bigint not null,
      shard int not null,
      primary key (ns, upto)
    );
  `,
};

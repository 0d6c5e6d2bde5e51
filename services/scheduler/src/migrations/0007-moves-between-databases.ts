import type { Migration } from "@switchyard/postgres";

/**
 * What is needed to move a namespace to a shard of another database. Programs that do not know it may go on beside those that do, as long as nobody moves
 * anything between databases.
 */
export const movesBetweenDatabases: Migration = {
  name: "0007-moves-between-databases",
  compatible: true,
  up: `
    -- Names the last move that was begun, and so the arrival that belongs to the placement. A move that is not named any more can't be committed.
    alter table placements add column move uuid;

    -- Events of a moved namespace up to here were dropped before it came, or since.
    alter table past_shards add column events_floor bigint not null default 0;

    -- Namespaces that are being copied to this database. Their number has no row in namespaces before they are taken in, so nobody loads them.
    create table arrivals (
      ns           int primary key,
      name         text not null,
      shard        int not null,
      move         uuid not null,
      state        text not null check (state in ('copying', 'ready', 'wiping')),
      serial_floor bigint not null default 0,
      upto         bigint not null default 0, -- the last event that it brings
      events_floor bigint not null default 0  -- events up to here were not kept any more
    );

    -- Namespaces that leave this database. Until one is gone, each new term of its shard asks the home database whether it lives here still.
    create table departures (
      ns    int primary key,
      name  text not null,
      shard int not null,
      gone  boolean not null default false
    );
  `,
};

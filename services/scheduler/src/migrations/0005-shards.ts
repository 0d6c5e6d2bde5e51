import type { Migration } from "@switchyard/postgres";

/**
 * Several shards, replicas and databases. The tables are in every database; `placements`, `replicas` and `shard_databases` are used in the home database
 * alone, `DATABASE_URL`. Which shards a database has is no matter of this step: the first replica that is told of them makes their rows.
 */
export const shards: Migration = {
  name: "0005-shards",
  compatible: true,
  up: `
    -- Names this database, whatever URL leads to it. Set by the first replica that starts, so that a copy of an unused database is another one.
    alter table installation add column database_id uuid;

    -- The one truth of which shard a namespace lives in.
    create table placements (
      name  text primary key,
      shard int not null
    );
    insert into placements (name, shard) select name, shard from namespaces;

    -- The replicas that are alive, or were lately.
    create table replicas (
      id          text primary key,
      address     text not null, -- where the others reach it; empty while they can't
      stopping    boolean not null,
      alive_until timestamptz not null
    ) with (fillfactor = 50);

    -- Which database a shard lives in: whoever was given a wrong map of them is refused.
    create table shard_databases (
      shard       int primary key,
      database_id uuid not null
    );
  `,
};

import type { Migration } from "@switchyard/postgres";

/**
 * Registrations change seldom and may be 64 KiB wide; signs of life change every few seconds. So they are two tables:
 * what is written often stays a few dozen bytes, without an index over a changing column (HOT updates).
 */
export const runners: Migration = {
  name: "0001-runners",
  up: `
    create table runners (
      namespace     text not null,
      id            text not null,
      name          text not null,
      labels        jsonb not null,
      slots         integer not null,
      presence_ms   bigint not null,
      spec          bytea not null,
      draining      boolean not null default false,
      paused        boolean not null default false,
      version       text not null default '',
      hostname      text not null default '',
      registered_at timestamptz not null,
      revoked_at    timestamptz,
      primary key (namespace, id)
    );
    create index runners_by_name on runners (namespace, name);

    create table activity (
      namespace    text not null,
      runner_id    text not null,
      last_seen_at timestamptz,
      present      boolean not null,
      completed    bigint not null default 0,
      failed       bigint not null default 0,
      lost         bigint not null default 0,
      lost_until   timestamptz not null default 'epoch',
      primary key (namespace, runner_id),
      foreign key (namespace, runner_id) references runners (namespace, id) on delete cascade
    ) with (fillfactor = 60);

    -- Not tied to the runner: a token of a deleted runner must still be told apart from one that never was.
    create table credentials (
      digest     bytea primary key,
      namespace  text not null,
      runner_id  text not null,
      prefix     text not null,
      created_at timestamptz not null,
      expires_at timestamptz,
      revoked_at timestamptz
    );
    create unique index credentials_current on credentials (namespace, runner_id) where revoked_at is null;

    create table pools (
      namespace text primary key,
      size      integer not null,
      running   boolean not null
    );
  `,
};

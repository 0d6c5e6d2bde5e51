import type { Migration } from "@switchyard/postgres";

/** Leases, and rates that replicas share. */
export const coordinationMigration: Migration = {
  name: "0002-coordination",
  compatible: true,
  up: `
    create table leases (
      namespace  text collate "C" not null,
      name       text collate "C" not null,
      -- Empty: given back.
      holder     text not null,
      epoch      bigint not null,
      expires_at timestamptz not null,
      primary key (namespace, name)
    );

    -- Unlogged: a rate is no acknowledged work. After a crash of the server all windows begin anew.
    create unlogged table token_windows (
      namespace text collate "C" not null,
      key       text collate "C" not null,
      taken     bigint not null,
      ends_at   timestamptz not null,
      primary key (namespace, key)
    );
    create index token_windows_end on token_windows (ends_at);
  `,
};

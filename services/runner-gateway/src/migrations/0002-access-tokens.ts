import type { Migration } from "@switchyard/postgres";

/**
 * Tokens of people and services. Ended ones stay, so that they can be told from such as never were. The time of the last use is
 * in no index and pages have room, so that noting it is a HOT update.
 */
export const accessTokens: Migration = {
  name: "0002-access-tokens",
  compatible: true,
  up: `
    create table access_tokens (
      id           text primary key,
      digest       bytea not null unique,
      prefix       text not null,
      name         text not null,
      scopes       text[] not null,
      namespaces   text[],
      created_at   timestamptz not null,
      creator      text not null,
      expires_at   timestamptz,
      revoked_at   timestamptz,
      last_used_at timestamptz
    ) with (fillfactor = 80);
    comment on column access_tokens.namespaces is 'null is every namespace';
    create index access_tokens_by_time on access_tokens (created_at, id collate "C");
    create index access_tokens_by_name on access_tokens (name) where revoked_at is null;
  `,
};

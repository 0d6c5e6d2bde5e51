import type { Migration } from "@switchyard/postgres";
import { slotColumns } from "../store/slots.js";

const columns = slotColumns.map(({ name, type }) => `${name} ${type},`).join("\n      ");

/**
 * Indexes of the slots. Partial, so that a document costs index entries only for the slots that its collection uses. Booleans
 * have none: an index that splits a collection in two is slower than reading its rows.
 */
export const slotIndexes = slotColumns.map(({ name, kind }) => {
  if (kind === "boolean") return "";
  if (kind === "textList")
    return `create index documents_${name} on documents using gin (${name}) where ${name} is not null;`;
  return `create index documents_${name} on documents (collection_id, ${name}, number) where ${name} is not null;`;
});

/**
 * Documents, and the values of their index fields.
 *
 * Index fields live in typed slots of a narrow row: each collection says which of its fields is in which slot. Measured
 * with 200,000 documents of about 1.4 kB, PostgreSQL 18 with 256 MB of buffers on two cores that others shared; three facets and a total, by SQL:
 *
 * | form                                        | unfiltered | three filters |
 * |---------------------------------------------|------------|---------------|
 * | slots in a row without the body             |     110 ms |         95 ms |
 * | the same, bodies' search vectors in the row |     220 ms |        140 ms |
 * | one row per document and field              | 45 ms each |   600 ms each |
 * | jsonb beside the body, expression indexes   |   1,100 ms |  not measured |
 *
 * Expression indexes also need DDL whenever a collection is declared. A filtered first page by an indexed order takes
 * about 1 ms, since it walks the order's index.
 */
export const documentsMigration: Migration = {
  name: "0001-documents",
  up: `
    create table collections (
      id          bigint generated always as identity primary key,
      namespace   text collate "C" not null,
      name        text collate "C" not null,
      -- [{name, path, kind, unique, slot}]
      fields      jsonb not null default '[]',
      -- Number of the newest document; only rises, under the row's lock, so that numbers are dense.
      last_number bigint not null default 0,
      created_at  timestamptz not null default now(),
      unique (namespace, name)
    );

    create table documents (
      collection_id bigint not null,
      number        bigint not null,
      key           text collate "C" not null,
      revision      bigint not null,
      body_bytes    integer not null,
      created_at    timestamptz not null,
      updated_at    timestamptz not null,
      expires_at    timestamptz,
      ${columns}
      -- With the end of life inside, totals are counted from the index alone.
      primary key (collection_id, number) include (expires_at),
      unique (collection_id, key)
    );
    create index documents_expiry on documents (expires_at) where expires_at is not null;
    ${slotIndexes.join("\n    ")}

    -- The JSON text as it came, apart from the row above so that scans stay narrow.
    create table bodies (
      collection_id bigint not null,
      number        bigint not null,
      body          text not null,
      primary key (collection_id, number)
    );

    create table search_texts (
      collection_id bigint not null,
      number        bigint not null,
      field         text collate "C" not null,
      lexemes       tsvector not null,
      primary key (collection_id, number, field)
    );
    create index search_texts_lexemes on search_texts using gin (lexemes);

    create table unique_values (
      collection_id bigint not null,
      field         text collate "C" not null,
      value         text collate "C" not null,
      number        bigint not null,
      primary key (collection_id, field, value)
    );
    create index unique_values_document on unique_values (collection_id, number);
  `,
};

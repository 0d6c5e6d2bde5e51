import type { Migration } from "@switchyard/postgres";
import { slotColumns } from "../store/slots.js";
import { slotIndexes } from "./0001-documents.js";

const slotsOf = (...kinds: readonly string[]) => slotColumns.filter(({ kind }) => kinds.includes(kind));
const slots = [...slotsOf("boolean"), ...slotsOf("text"), ...slotsOf("number", "time", "textList")];
const declared = (some: typeof slots) => some.map(({ name, type }) => `${name} ${type},`).join("\n      ");
const names = [
  ...["collection_id", "number", "expires_at", ...slots.map(({ name }) => name)],
  ...["key", "revision", "body_bytes", "created_at", "updated_at"],
].join(", ");

/**
 * Puts the columns of documents in another order: what counts and filters look at comes first.
 *
 * To reach a column the server walks over all columns before it, whatever they hold, and that is most of the work when many rows are
 * counted. Three facets and a total over 200,000 documents, on one core:
 *
 * | order                                         | unfiltered | three filters |
 * |-----------------------------------------------|------------|---------------|
 * | facts, texts, numbers, times, booleans        |     127 ms |         55 ms |
 * | booleans, end of life, texts, numbers, ...    |      68 ms |         41 ms |
 * | a table of nothing but the columns in use     |      67 ms |         30 ms |
 * | an index that covers them, of this table      |      71 ms |         20 ms |
 */
export const documentsOrderMigration: Migration = {
  name: "0004-documents-order",
  compatible: true,
  up: `
    -- A replica of the version before goes on when the new table is in its place: it names its columns.
    lock table documents in access exclusive mode;
    create table documents_ordered (
      collection_id bigint not null,
      number        bigint not null,
      ${declared(slotsOf("boolean"))}
      expires_at    timestamptz,
      ${declared(slotsOf("text"))}
      ${declared(slotsOf("number", "time", "textList"))}
      key           text collate "C" not null,
      revision      bigint not null,
      body_bytes    integer not null,
      created_at    timestamptz not null,
      updated_at    timestamptz not null
    );
    insert into documents_ordered (${names})
    select ${names}
      from documents;
    drop table documents;
    alter table documents_ordered rename to documents;
    alter table documents add constraint documents_pkey primary key (collection_id, number) include (expires_at);
    alter table documents add constraint documents_collection_id_key_key unique (collection_id, key);
    create index documents_expiry on documents (expires_at) where expires_at is not null;
    ${slotIndexes.join("\n    ")}
    analyze documents;
  `,
};

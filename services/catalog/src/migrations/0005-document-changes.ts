import type { Migration } from "@switchyard/postgres";

const noteOn = (event: "insert" | "update" | "delete", rows: "new" | "old") => `
    create trigger documents_note_${event} after ${event} on documents
      referencing ${rows} table as changed for each statement execute function note_document_changes();`;

/**
 * Notes which documents each transaction changed, so that what a replica holds in memory can follow
 * (see `services/decisions/0006-lists-from-memory.md`).
 *
 * Triggers, since replicas of the version before write too while an upgrade rolls, and must not be missed. Writers wait for nobody:
 * each adds a row of its own. Logged, although nobody needs notes after a start of the server: when one of its processes crashes it empties
 * unlogged tables without starting anew itself, and who follows would not learn of it.
 */
export const documentChangesMigration: Migration = {
  name: "0005-document-changes",
  compatible: true,
  up: `
    create table document_changes (
      collection_id bigint not null,
      xid           xid8 not null default pg_current_xact_id(),
      at            timestamptz not null default now(),
      numbers       bigint[] not null
    );
    create index document_changes_since on document_changes (collection_id, xid);
    create index document_changes_age on document_changes using brin (at);

    -- The newest transaction whose notes were thrown away. One row.
    create table document_changes_floor (
      only_row boolean primary key default true check (only_row),
      xid      xid8 not null
    );

    create function note_document_changes() returns trigger language plpgsql as $$
    begin
      insert into catalog.document_changes (collection_id, numbers)
      select collection_id, array_agg(number) from changed group by collection_id;
      return null;
    end
    $$;
    ${noteOn("insert", "new")}
    ${noteOn("update", "new")}
    ${noteOn("delete", "old")}
  `,
};

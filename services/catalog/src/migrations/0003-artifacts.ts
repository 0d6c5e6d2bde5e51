import type { Migration } from "@switchyard/postgres";

/**
 * Artifacts, and the bytes that no artifact points to.
 *
 * Bytes are kept outside of the database, so the two cannot change together. Whoever is about to write bytes notes their id in
 * `loose_blobs` first; the transaction that makes the artifact takes the note away, and the one that deletes an artifact makes a
 * note. So bytes without an artifact always have a note, whatever dies when, and the reaper finds them by an index. The other
 * way, comparing a listing of the blob store with the table, costs a request per thousand blobs in each round, and has to guess which
 * bytes belong to an upload that is going on.
 */
export const artifactsMigration: Migration = {
  name: "0003-artifacts",
  compatible: true,
  up: `
    create table artifacts (
      -- Also names the bytes in the blob store.
      id           uuid primary key,
      namespace    text collate "C" not null,
      -- Empty: of no job.
      job_id       text collate "C" not null,
      -- 0: of no attempt.
      attempt      integer not null,
      name         text collate "C" not null,
      content_type text not null,
      purpose      text collate "C" not null,
      labels       jsonb not null,
      size_bytes   bigint not null,
      sha256       bytea not null,
      -- Found by id alone until a commit names it.
      staged       boolean not null,
      created_at   timestamptz not null default now()
    );
    create unique index artifacts_place on artifacts (namespace, job_id, attempt, name) where job_id <> '';
    create index artifacts_list on artifacts (namespace, job_id, name, attempt, id) where not staged;
    create index artifacts_staged on artifacts (created_at) where staged;

    create table loose_blobs (
      id     uuid primary key,
      since  timestamptz not null default now(),
      -- No artifact will ever point to it: its bytes are deleted, then the note.
      doomed boolean not null default false
    );
    create index loose_blobs_since on loose_blobs (since) where not doomed;
    create index loose_blobs_doomed on loose_blobs (id) where doomed;
  `,
};

import type { Migration } from "@switchyard/postgres";

/**
 * The tables of the core. Append-only where it matters: `jobs`, `outcomes`, `events` and `requests` are only inserted into, `open` and `leases`
 * are small and touched by their exact key only, so that no statement ever walks over dead rows and a long transaction elsewhere in the
 * server does not slow the queue down. No status column is updated; a job's state follows from which tables know it.
 *
 * What grows is partitioned, and goes by dropping partitions, never row by row. The owner of a shard makes and drops them (`store/partitions.ts`). `bucket`
 * stands for a retention family and the day of the job's creation (`domain/core/retention-bucket.ts`).
 * Times ending in `_ms` are milliseconds since 1970.
 */
export const core: Migration = {
  name: "0001-core",
  up: `
    -- Secrets of this installation. The key is part of every id that was ever given out: keep it in backups.
    create table installation (
      only_one boolean primary key default true check (only_one),
      id_key   bytea not null
    );
    insert into installation (id_key)
    values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

    create table shards (
      shard       int primary key,
      epoch       bigint not null default 0,
      owner       text,
      address     text,
      lease_until timestamptz not null default '-infinity',
      -- Events up to here were dropped.
      events_floor bigint not null default 0
    );
    insert into shards (shard) values (0);

    -- Every write statement of a shard calls this first. The shared lock is kept until the statement's effects are visible, so that a
    -- take-over (exclusive lock) waits for it; whoever comes later reads the epoch in a snapshot taken after the lock. It must stay VOLATILE
    -- and run under READ COMMITTED: otherwise the snapshot is older than the lock, and a deposed owner writes without a sign.
    create function fence(shards int[], epochs bigint[]) returns boolean
    language plpgsql volatile as $$
    begin
      perform pg_advisory_xact_lock_shared(7400, s) from unnest(shards) s;
      if (select count(*) from scheduler.shards c join unnest(shards, epochs) t(s, e) on c.shard = t.s and c.epoch = t.e)
         <> cardinality(shards) then
        raise exception 'this replica no longer owns the shard' using errcode = 'SW001';
      end if;
      return true;
    end $$;

    create table namespaces (
      id           int generated always as identity primary key,
      name         text not null unique,
      shard        int not null references shards,
      -- Serials up to here were given out to jobs that are no longer stored.
      serial_floor bigint not null default 0,
      created_at   timestamptz not null default now()
    );

    -- What many jobs have in common; one row per distinct combination. Not the kind, of which there may be one per job.
    create table shapes (
      ns          int not null,
      shape       int not null,
      queue       text not null,
      required    jsonb not null,
      lane_labels jsonb not null,
      policy      jsonb not null,
      primary key (ns, shape)
    );

    -- Settings of queues that were ever set.
    create table queues (
      ns       int not null,
      queue    text not null,
      settings jsonb not null,
      primary key (ns, queue)
    );

    -- Limits of concurrency and rate keys.
    create table limits (
      ns    int not null,
      key   text not null,
      seats int,
      rate  float8,
      burst int not null,
      primary key (ns, key)
    );

    -- How full the token buckets are, written with the claims that spend from them.
    create table rate_levels (
      ns     int not null,
      key    text not null,
      tokens float8 not null,
      at_ms  bigint not null,
      primary key (ns, key)
    ) with (fillfactor = 50);

    -- The first job of a bucket in a namespace. Serials rise with time, so these few rows lead from a serial to its bucket.
    create table serial_marks (
      ns           int not null,
      bucket       int not null,
      first_serial bigint not null,
      primary key (ns, bucket)
    );

    -- One partition per bucket, jobs_<bucket>. The namespace leads all keys, as everywhere; the bucket costs no byte in them, since a
    -- bigint behind a single int would be padded.
    create table jobs (
      ns             int not null,
      bucket         int not null,
      serial         bigint not null,
      shape          int not null,
      kind           text not null,
      subject        text not null,
      created_micros bigint not null,
      input          bytea,
      content_type   text not null, -- a short form of the usual ones (store/content-type.ts)
      extras         bytea,
      place          bytea,  -- class, rank and weight, unless all are 0
      reuse_key      text,
      resume_from    bigint,
      primary key (ns, bucket, serial)
    ) partition by list (bucket);
    alter table jobs alter column input set storage external;
    create index jobs_by_reuse_key on jobs (ns, reuse_key, serial) where reuse_key is not null;
    create index jobs_by_resume_from on jobs (ns, resume_from, serial) where resume_from is not null;
    -- Jobs come in the order of their numbers, so that a page of a common kind is soon full without an index; for the others it is enough to know which pages hold
    -- the kind. A B-tree entry for each job would be 6 % of the insert and 90 bytes of WAL.
    create index jobs_by_kind on jobs using brin (kind text_bloom_ops) with (pages_per_range = 32, autosummarize = on);
    create index jobs_by_subject on jobs (ns, subject, serial) where subject <> '';

    -- Later changes of an open job: its place, and perhaps its content. The newest revision counts. Partitions amendments_<bucket>.
    create table amendments (
      ns           int not null,
      bucket       int not null,
      serial       bigint not null,
      revision     int not null,
      place        bytea not null,
      replaces     boolean not null, -- input, labels and secret names too
      input        bytea,
      content_type text,
      extras       bytea,
      primary key (ns, bucket, serial, revision)
    ) partition by list (bucket);
    alter table amendments alter column input set storage external;

    -- One row from submit to end: what the owner needs to decide, packed (store/decision-columns.ts). Read at take-over only.
    create table open (
      ns        int not null,
      bucket    int not null,
      serial    bigint not null,
      decision  bytea not null,
      kind      text not null,
      extra     text, -- keys and parents, where there are any (store/open-extra.ts)
      reuse_key text, -- of the one open job that stands for the key
      primary key (ns, serial)
    ) with (fillfactor = 70);
    create unique index open_by_reuse_key on open (ns, reuse_key) where reuse_key is not null;

    -- One row per live attempt. Columns that have to be aligned stand first, so that no row is wider than it must be.
    create table leases (
      ns                    int not null,
      attempt               int not null,
      serial                bigint not null,
      claimed_ms            bigint not null,
      started_ms            bigint not null,
      lease_until_ms        bigint not null,
      execution_deadline_ms bigint not null,
      lease_ms              int not null,
      presence_ms           int not null,
      hold_by_runner        boolean not null,
      runner                text not null,
      claim_info            bytea,
      cancel_actor          text,
      cancel_message        text,
      primary key (ns, serial)
    ) with (fillfactor = 50);

    -- One row per attempt that has ended, and one with \`final\` for the end of the job (the same row when the attempt ended it).
    -- Partitions outcomes_<bucket>, by the bucket of the job: everything about a job goes at once.
    create table outcomes (
      ns           int not null,
      bucket       int not null,
      serial       bigint not null,
      claimed_ms   bigint not null,
      started_ms   bigint not null,
      ended_ms     bigint not null,
      attempt      int not null,
      reopen       smallint not null,
      final        boolean not null,
      retryable    boolean not null,
      state        text,          -- of the attempt; null when a waiting job ended
      job_state    text,          -- of the job; null while it goes on
      reason       text not null, -- why the job ended so
      message      text not null,
      actor        text not null,
      kind         text,          -- the runner's word; null when it did not report
      ended_by     text not null,
      runner       text not null,
      claim_info   bytea,
      result       bytea,
      result_type  text not null, -- a short form of the usual ones
      facts        text not null,
      progress     text not null,
      primary key (ns, bucket, serial, attempt, reopen, final)
    ) partition by list (bucket);
    alter table outcomes alter column result set storage external;
    -- Rows come in the order of their ends, for which BRIN is enough, and nearly free: a B-tree would cost 6 % of the insert.
    create index outcomes_by_end on outcomes using brin (ended_ms) with (pages_per_range = 16, autosummarize = on);

    -- Failed jobs of queues that keep them listed until somebody has looked, or their bucket is dropped.
    create table dead_letters (
      ns        int not null,
      bucket    int not null,
      serial    bigint not null,
      queue     text not null,
      ended_ms  bigint not null,
      dismissed boolean not null default false,
      primary key (ns, serial)
    );
    create index dead_letters_by_queue on dead_letters (ns, queue, ended_ms) where not dismissed;

    -- One row per call or item that may be repeated. Partitions requests_<days since 1970>.
    create table requests (
      day          int not null,
      ns           int not null,
      request_key  text not null,
      fingerprint  bytea,
      serials      bigint[] not null, -- one for each item; of a dense run of three or more only the first and the last
      n            int not null,
      created_ms   bigint not null,
      primary key (day, ns, request_key)
    ) partition by list (day);
    create index requests_by_time on requests using brin (created_ms) with (pages_per_range = 16, autosummarize = on);

    -- One row per flush. Partitions of 4,194,304 numbers, events_<first number / 4,194,304>.
    create table events (
      shard          int not null,
      first_sequence bigint not null,
      n              int not null,
      at_ms          bigint not null,
      data           bytea not null,
      primary key (shard, first_sequence)
    ) partition by range (first_sequence);

    -- Sums over jobs that have ended, folded from the events (domain/rollups). \`cube\` says which properties a row keeps; the others are
    -- empty. A row without metric has the counts, one with a metric its sum. Partitions rollups_<bucket>: sums go with their jobs.
    create table rollups (
      ns          int not null,
      bucket      int not null,
      cube        text collate "C" not null,
      hour        int not null, -- hours since 1970
      subject     text collate "C" not null,
      runner      text collate "C" not null,
      kind        text collate "C" not null,
      queue       text collate "C" not null,
      state       text collate "C" not null,
      code        text collate "C" not null,
      metric      text collate "C" not null,
      n           bigint not null,
      timed       bigint not null,
      duration_ms float8 not null,
      wait_ms     float8 not null,
      amount      float8 not null,
      primary key (ns, bucket, cube, hour, subject, runner, kind, queue, state, code, metric)
    ) partition by list (bucket);

    -- The last event of a shard that is in the sums; written with them.
    create table rollup_cursors (
      shard int primary key references shards,
      upto  bigint not null
    ) with (fillfactor = 50);

    -- The latest progress of live attempts, coalesced; not durable before it is acknowledged.
    create table progress (
      ns      int not null,
      serial  bigint not null,
      attempt int not null,
      data    text not null,
      primary key (ns, serial, attempt)
    ) with (fillfactor = 50);
  `,
};

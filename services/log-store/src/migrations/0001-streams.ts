import type { Migration } from "@switchyard/postgres";

/**
 * Streams, their chunks, and what is known of a job's attempts.
 *
 * Locks are taken in one order everywhere: rows of `jobs` by key, then rows of `streams` by id. A stream that is being made locks its
 * job's row, as a seal does, so that neither can miss the other; an append to a stream that is there locks the stream's row only.
 *
 * The functions are VOLATILE plpgsql, since only then each of their statements sees what was committed while the one before waited
 * for a lock.
 */
export const streams: Migration = {
  name: "0001-streams",
  up: `
create table jobs (
  namespace      text collate "C" not null,
  job_id         text collate "C" not null,
  -- Appends to smaller attempts are refused.
  newest_attempt int not null default 0,
  -- Appends to this attempt and smaller ones are refused; 0: none was sealed as a whole.
  sealed_attempt int not null default 0,
  updated_at     timestamptz not null default now(),
  primary key (namespace, job_id)
) with (fillfactor = 70);

create table streams (
  id             bigint generated always as identity primary key,
  namespace      text collate "C" not null,
  job_id         text collate "C" not null,
  attempt        int not null,
  stream         text collate "C" not null,
  -- Sequence number of the next entry.
  length         bigint not null,
  -- Bytes of text.
  byte_count     bigint not null,
  -- Sequence number behind the last reset mark; 0: there is none.
  reset_sequence bigint not null default 0,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  sealed_at      timestamptz,
  unique (namespace, job_id, attempt, stream)
) with (fillfactor = 50);

create table chunks (
  stream_id   bigint not null,
  first_seq   bigint not null,
  -- Sequence numbers covered.
  n           bigint not null,
  -- Time of the first entry and the latest time of all, microseconds since 1970.
  first_at    bigint not null,
  last_at     bigint not null,
  -- Bytes of text in the stream before this chunk.
  byte_offset bigint not null,
  -- 0 plain, 1 raw deflate, 2 gap.
  encoding    smallint not null,
  data        bytea storage external not null,
  primary key (stream_id, first_seq)
);

-- Makes streams with their first length. Of an attempt that is not the newest, or is sealed, and of a stream that is there, nothing is made.
create function open_streams(
  p_replica text, p_namespaces text[], p_job_ids text[], p_attempts int[], p_streams text[],
  p_lengths bigint[], p_byte_counts bigint[], p_resets bigint[]
) returns table (ord int, id bigint)
language plpgsql volatile as $$
#variable_conflict use_column
begin
  if cardinality(p_streams) = 0 then return; end if;

  insert into logs.jobs as j (namespace, job_id, newest_attempt)
  select i.namespace, i.job_id, max(i.attempt)
    from unnest(p_namespaces, p_job_ids, p_attempts) as i(namespace, job_id, attempt)
   group by 1, 2 order by 1, 2
  on conflict (namespace, job_id) do update
    set newest_attempt = greatest(j.newest_attempt, excluded.newest_attempt), updated_at = now();

  -- Earlier attempts end when a later one begins.
  if exists (select from unnest(p_attempts) a where a > 1) then
    with older as (
      select s.id
        from (select distinct i.namespace, i.job_id from unnest(p_namespaces, p_job_ids) as i(namespace, job_id)) i
        join logs.jobs j on j.namespace = i.namespace and j.job_id = i.job_id
        join logs.streams s on s.namespace = j.namespace and s.job_id = j.job_id and s.attempt < j.newest_attempt
       where s.sealed_at is null
       order by s.id for update of s
    )
    update logs.streams s set sealed_at = now() from older where s.id = older.id;
  end if;

  perform logs.notify_changes(p_replica, null, array(
    select distinct json_build_array(i.namespace, i.job_id)::text from unnest(p_namespaces, p_job_ids) as i(namespace, job_id)));

  return query
  with input as (
    select * from unnest(p_namespaces, p_job_ids, p_attempts, p_streams, p_lengths, p_byte_counts, p_resets)
                  with ordinality as i(namespace, job_id, attempt, stream, length, byte_count, reset_sequence, ord)
  ), made as (
    insert into logs.streams (namespace, job_id, attempt, stream, length, byte_count, reset_sequence)
    select i.namespace, i.job_id, i.attempt, i.stream, i.length, i.byte_count, i.reset_sequence
      from input i
      join logs.jobs j on j.namespace = i.namespace and j.job_id = i.job_id
     where i.attempt = j.newest_attempt and i.attempt > j.sealed_attempt
     order by i.ord
    on conflict do nothing
    returning id, namespace, job_id, attempt, stream
  )
  select i.ord::int, m.id
    from made m
    join input i on i.namespace = m.namespace and i.job_id = m.job_id and i.attempt = m.attempt and i.stream = m.stream;
end $$;

-- Tells the replicas what has changed: streams that grew, and jobs of which streams were made, sealed or deleted.
-- A payload holds 8,000 bytes; where the names don't fit, everybody looks at everything that they follow.
create function notify_changes(p_replica text, p_streams bigint[], p_jobs text[]) returns void
language plpgsql volatile as $$
declare
  payload text := json_build_object('replica', p_replica, 'streams', p_streams, 'jobs', array_to_json(p_jobs::json[]))::text;
begin
  if coalesce(cardinality(p_streams), 0) + coalesce(cardinality(p_jobs), 0) = 0 then return; end if;
  if octet_length(payload) > 7900 then
    payload := json_build_object('replica', p_replica, 'everything', true)::text;
  end if;
  perform pg_notify('switchyard_logs', payload);
end $$;

-- Ends attempts, and returns the streams that were ended. Targets are (job, attempt): the attempt itself, or all before it.
-- Final lengths name the target's place, from 1; they hold for targets that mean the attempt itself and that were still open.
create function seal_attempts(
  p_replica text, p_namespaces text[], p_job_ids text[], p_attempts int[], p_before boolean[],
  p_length_targets int[], p_length_streams text[], p_lengths bigint[], p_now_micros bigint
) returns table (target int, stream_id bigint)
language plpgsql volatile as $$
#variable_conflict use_column
begin
  insert into logs.jobs (namespace, job_id)
  select distinct t.namespace, t.job_id from unnest(p_namespaces, p_job_ids) as t(namespace, job_id) order by 1, 2
  on conflict do nothing;

  perform from logs.jobs j
    where (j.namespace, j.job_id) in (select t.namespace, t.job_id from unnest(p_namespaces, p_job_ids) as t(namespace, job_id))
    order by j.namespace, j.job_id for update;

  if cardinality(p_lengths) > 0 then
    -- Streams of which nothing ever came.
    with final as (
      select t.namespace, t.job_id, t.attempt, l.stream, max(l.length) as length
        from unnest(p_length_targets, p_length_streams, p_lengths) as l(ord, stream, length)
        join unnest(p_namespaces, p_job_ids, p_attempts, p_before) with ordinality as t(namespace, job_id, attempt, before, ord) using (ord)
        join logs.jobs j on j.namespace = t.namespace and j.job_id = t.job_id
       where not t.before and l.length > 0 and t.attempt >= j.newest_attempt and t.attempt > j.sealed_attempt
       group by 1, 2, 3, 4
    ), made as (
      insert into logs.streams (namespace, job_id, attempt, stream, length, byte_count)
      select namespace, job_id, attempt, stream, length, 0 from final
      on conflict do nothing
      returning id, length
    )
    insert into logs.chunks (stream_id, first_seq, n, first_at, last_at, byte_offset, encoding, data)
    select id, 0, length, p_now_micros, p_now_micros, 0, 2, ''::bytea from made;

    -- Streams that are shorter than they should be.
    with final as (
      select t.namespace, t.job_id, t.attempt, l.stream, max(l.length) as length
        from unnest(p_length_targets, p_length_streams, p_lengths) as l(ord, stream, length)
        join unnest(p_namespaces, p_job_ids, p_attempts, p_before) with ordinality as t(namespace, job_id, attempt, before, ord) using (ord)
       where not t.before
       group by 1, 2, 3, 4
    ), short as materialized (
      select s.id, s.length as first_seq, f.length as length, s.byte_count
        from logs.streams s
        join final f on f.namespace = s.namespace and f.job_id = s.job_id and f.attempt = s.attempt and f.stream = s.stream
       where s.sealed_at is null and s.length < f.length
       order by s.id for update of s
    ), gap as (
      insert into logs.chunks (stream_id, first_seq, n, first_at, last_at, byte_offset, encoding, data)
      select id, first_seq, length - first_seq, p_now_micros, p_now_micros, byte_count, 2, ''::bytea from short
    )
    update logs.streams s set length = short.length, updated_at = now() from short where s.id = short.id;
  end if;

  update logs.jobs j
     set newest_attempt = greatest(j.newest_attempt, t.newest), sealed_attempt = greatest(j.sealed_attempt, t.sealed), updated_at = now()
    from (select t.namespace, t.job_id, max(t.attempt) as newest, coalesce(max(t.attempt) filter (where not t.before), 0) as sealed
            from unnest(p_namespaces, p_job_ids, p_attempts, p_before) as t(namespace, job_id, attempt, before) group by 1, 2) t
   where j.namespace = t.namespace and j.job_id = t.job_id;

  perform logs.notify_changes(p_replica, null, array(
    select distinct json_build_array(t.namespace, t.job_id)::text from unnest(p_namespaces, p_job_ids) as t(namespace, job_id)));

  return query
  with unsealed as materialized (
    select s.id, min(t.ord)::int as target
      from unnest(p_namespaces, p_job_ids) with ordinality as t(namespace, job_id, ord)
      join logs.jobs j on j.namespace = t.namespace and j.job_id = t.job_id
      join logs.streams s on s.namespace = t.namespace and s.job_id = t.job_id
     where s.sealed_at is null and (s.attempt < j.newest_attempt or s.attempt <= j.sealed_attempt)
     group by s.id
  ), locked as materialized (
    select s.id from logs.streams s where s.id in (select u.id from unsealed u) and s.sealed_at is null order by s.id for update
  ), ended as (
    update logs.streams s set sealed_at = now() from locked where s.id = locked.id returning s.id
  )
  select u.target, ended.id from ended join unsealed u on u.id = ended.id;
end $$;
`,
};

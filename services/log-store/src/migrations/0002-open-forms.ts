import type { Migration } from "@switchyard/postgres";

/**
 * What a stream ends with that may be the beginning of a secret: an object of digests of secrets' forms and how many bytes of each have passed. With it whichever replica
 * takes the next append can blacken the rest. Null, as nearly always: nothing.
 */
export const openForms: Migration = {
  name: "0002-open-forms",
  up: `
alter table streams add column open_forms jsonb;

-- Replicas of before this step go on with the function of the same name that knows nothing of it.
create function open_streams(
  p_replica text, p_namespaces text[], p_job_ids text[], p_attempts int[], p_streams text[],
  p_lengths bigint[], p_byte_counts bigint[], p_resets bigint[], p_open_forms text[]
) returns table (ord int, id bigint)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  ords int[];
  ids bigint[];
begin
  if cardinality(p_streams) = 0 then return; end if;
  select array_agg(o.ord), array_agg(o.id) into ords, ids
    from logs.open_streams(p_replica, p_namespaces, p_job_ids, p_attempts, p_streams, p_lengths, p_byte_counts, p_resets) o;
  if array_remove(p_open_forms, null) <> '{}' then
    update logs.streams s set open_forms = p_open_forms[u.ord]::jsonb
      from unnest(ords, ids) as u(ord, id)
     where s.id = u.id and p_open_forms[u.ord] is not null;
  end if;
  return query select u.ord, u.id from unnest(ords, ids) as u(ord, id);
end $$;
`,
};

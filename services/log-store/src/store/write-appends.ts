import type { OpenForms } from "@switchyard/masking";
import { classifyError, defineStatement, intArrayLiteral, packBytes } from "@switchyard/postgres";
import type pg from "pg";
import type { StreamKey } from "../model/stream-key.js";

/** A chunk that is to be written. */
export interface ChunkToWrite {
  readonly firstSequence: number;
  readonly span: number;
  readonly firstAtMicros: number;
  readonly lastAtMicros: number;
  readonly byteOffset: number;
  readonly encoding: number;
  readonly data: Buffer;
}

/** What one stream gets in a flush. */
export interface StreamWrite {
  readonly key: StreamKey;
  /** Undefined: the stream is to be made. */
  readonly id: number | undefined;
  /** The length that the stream must have now; otherwise nothing of this is written. */
  readonly length: number;
  readonly nextLength: number;
  /** Bytes of text added. */
  readonly addedBytes: number;
  /** Sequence number behind the last reset mark, when one is added. */
  readonly resetSequence: number | undefined;
  /** Beginnings of secrets at the end. */
  readonly open: OpenForms;
  /** The last entry says that the namespace is full: the stream takes nothing more. */
  readonly limited: boolean;
  readonly chunks: readonly ChunkToWrite[];
}

/**
 * One statement, so that a flush is one transaction and one round trip. The head of each stream is verified where it is written: an
 * UPDATE that waited for another replica looks at the row anew, and one that no longer has the expected length, or is
 * sealed, is left out together with its chunks. Chunks go where the statement sees an open segment, which is also where it says that
 * the stream goes on; a segment that was dropped meanwhile fails the statement.
 */
const writeAppends = defineStatement(
  "logs_write_appends",
  `
with opened as materialized (
  select o.ord, o.id, o.segment
    from logs.open_streams($1, $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $26::text[], $29::boolean[]) o
), lines as materialized (
  select line, id from logs.segments where closed_at is null
), grown as (
  update logs.streams s
     set length = i.next_length, byte_count = s.byte_count + i.added_bytes,
         reset_sequence = coalesce(i.reset_sequence, s.reset_sequence), open_forms = i.open_forms::jsonb, limited = i.limited, updated_at = now(),
         later_segments = case when logs.last_segment(s) = g.segment then s.later_segments else s.later_segments || g.segment end,
         later_starts = case when logs.last_segment(s) = g.segment then s.later_starts else s.later_starts || i.length end
    from unnest($9::int[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $27::text[], $28::text[], $30::boolean[])
         as i(slot, id, length, next_length, added_bytes, reset_sequence, open_forms, namespace, limited)
   cross join lateral (
     select coalesce((select l.id from lines l where l.line = i.namespace), (select l.id from lines l where l.line = '')) as segment) g
   where s.id = i.id and s.length = i.length and s.sealed_at is null
  returning i.slot, s.id, g.segment
), written as materialized (
  select ($15::int[])[ord] as slot, id, segment, false as grew from opened
  union all
  select slot, id, segment, true from grown
), put as (
  insert into logs.chunks (segment, stream_id, first_seq, n, first_at, last_at, byte_offset, encoding, data)
  select w.segment, w.id, c.first_seq, c.n, c.first_at, c.last_at, c.byte_offset, c.encoding, substr($16::bytea, c.o, c.l)
    from unnest($17::int[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::smallint[], $24::int[], $25::int[])
         as c(slot, first_seq, n, first_at, last_at, byte_offset, encoding, o, l)
    join written w on w.slot = c.slot
)
select array_agg(slot) as slots, array_agg(id::text) as ids,
       logs.notify_changes($1, array_agg(id) filter (where grew), null) as notified
  from written`,
);

/** Attempts at a statement that the server ended to resolve a deadlock with another replica. */
const TRIES = 5;

/**
 * Writes what a flush has gathered, in one transaction. Streams are written whole or not at all.
 * @returns the id of each stream that was written, by its place in `writes`; the others were refused, since their head is not as expected.
 */
export async function writeStreams(
  client: pg.Client,
  replica: string,
  writes: readonly StreamWrite[],
): Promise<ReadonlyMap<number, number>> {
  const values = valuesOf(replica, writes);
  for (let tried = 1; ; tried++) {
    try {
      await preparePlanner(client);
      const { rows } = await client.query<{ slots: number[] | null; ids: string[] | null }>({
        ...writeAppends,
        values,
      });
      const { slots, ids } = rows[0] ?? { slots: null, ids: null };
      return new Map((slots ?? []).map((slot, i) => [slot, Number(ids?.[i])]));
    } catch (error) {
      // A single statement that was chosen as a deadlock's victim has changed nothing.
      if (classifyError(error) !== "retryable" || tried === TRIES) throw error;
    }
  }
}

function valuesOf(replica: string, writes: readonly StreamWrite[]): unknown[] {
  const slots = writes.map((write, slot) => ({ ...write, slot }));
  const made = slots.filter(({ id }) => id === undefined);
  // By id, so that two replicas lock the same streams in the same order.
  const grown = slots.filter(({ id }) => id !== undefined).sort((a, b) => (a.id as number) - (b.id as number));
  const chunks = slots.flatMap(({ slot, chunks }) => chunks.map((chunk) => ({ slot, chunk })));
  const { data, offsets, lengths } = packBytes(chunks.map(({ chunk }) => chunk.data));
  const chunkColumn = (of: (chunk: ChunkToWrite) => number) => intArrayLiteral(chunks.map(({ chunk }) => of(chunk)));
  return [
    replica,
    made.map(({ key }) => key.namespace),
    made.map(({ key }) => key.jobId),
    intArrayLiteral(made.map(({ key }) => key.attempt)),
    made.map(({ key }) => key.stream),
    intArrayLiteral(made.map(({ nextLength }) => nextLength)),
    intArrayLiteral(made.map(({ addedBytes }) => addedBytes)),
    intArrayLiteral(made.map(({ resetSequence }) => resetSequence ?? 0)),
    intArrayLiteral(grown.map(({ slot }) => slot)),
    intArrayLiteral(grown.map(({ id }) => id as number)),
    intArrayLiteral(grown.map(({ length }) => length)),
    intArrayLiteral(grown.map(({ nextLength }) => nextLength)),
    intArrayLiteral(grown.map(({ addedBytes }) => addedBytes)),
    intArrayLiteral(grown.map(({ resetSequence }) => resetSequence ?? null)),
    intArrayLiteral(made.map(({ slot }) => slot)),
    data,
    intArrayLiteral(chunks.map(({ slot }) => slot)),
    chunkColumn(({ firstSequence }) => firstSequence),
    chunkColumn(({ span }) => span),
    chunkColumn(({ firstAtMicros }) => firstAtMicros),
    chunkColumn(({ lastAtMicros }) => lastAtMicros),
    chunkColumn(({ byteOffset }) => byteOffset),
    chunkColumn(({ encoding }) => encoding),
    offsets,
    lengths,
    made.map(openText),
    grown.map(openText),
    grown.map(({ key }) => key.namespace),
    made.map(({ limited }) => limited),
    grown.map(({ limited }) => limited),
  ];
}

/** Nearly always nothing. */
function openText({ open }: StreamWrite): string | null {
  for (const _ in open) return JSON.stringify(open);
  return null;
}

const prepared = new WeakSet<pg.Client>();

/**
 * A plan made while the tables were small would read `streams` from end to end, and would be kept. Rows are only
 * ever sought by key here, so scans are switched off for the lane's connection.
 */
async function preparePlanner(client: pg.Client): Promise<void> {
  if (prepared.has(client)) return;
  await client.query("set enable_seqscan = off; set plan_cache_mode = force_generic_plan");
  prepared.add(client);
}

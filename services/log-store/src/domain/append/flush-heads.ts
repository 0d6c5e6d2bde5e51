import type pg from "pg";
import { lockHeads } from "../../store/lock-heads.js";
import type { StreamKey } from "../../model/stream-key.js";
import { writeStreams } from "../../store/write-appends.js";
import type { BuiltChunk } from "./chunk-builder.js";
import type { StreamHead } from "./stream-head.js";
import { settleTurn, takeTurn, type Turn } from "./take-turn.js";

/** `done`: go on with what still waits. `stale`: the head is old; read it anew first. */
export type FlushResult = "done" | "stale";

/** What a flush works with. */
export interface FlushOptions {
  /** Name of this process among the replicas. */
  readonly replica: string;
  /** Bytes per flush. */
  readonly maxFlushBytes: number;
  /** Bytes of text that a stream may have. */
  readonly maxStreamBytes: number;
  /** Whether a namespace has as much as it may have. */
  readonly isFull: (namespace: string) => boolean;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Told of what was committed, stream by stream, in order. `made`: the stream is new. */
  readonly onCommitted: (key: StreamKey, id: number, chunks: readonly BuiltChunk[], made: boolean) => void;
}

/** A head that lost so often in a row to another replica's writes gets the stream to itself for one turn. */
const LOSSES_BEFORE_LOCK = 3;

type WritingTurn = Turn & { readonly write: NonNullable<Turn["write"]> };

/**
 * Decides on what waits in the heads and writes it: one statement, or, for heads that keep losing against another replica, a
 * transaction that locks them first. A lone writer never pays for locks; two that write one stream without pause both get on.
 */
export async function flushHeads(
  client: pg.Client,
  heads: readonly StreamHead[],
  options: FlushOptions,
): Promise<readonly FlushResult[]> {
  const losers = heads.filter(({ losses, id }) => losses >= LOSSES_BEFORE_LOCK && id !== undefined);
  if (losers.length === 0) return settle(await write(client, heads, options), options);
  await client.query("begin");
  await readLocked(client, losers);
  // The others wait one turn: making streams locks jobs, which must not come after the locks of streams.
  const chosen = new Set(losers.filter(({ known }) => known));
  const written = await write(client, [...chosen], options);
  await client.query("commit");
  const results = settle(written, options);
  const byHead = new Map(written.turns.map((turn, i) => [turn?.head, results[i]]));
  const unread = new Set(losers.filter(({ known }) => !known));
  return heads.map((head) => (unread.has(head) ? "stale" : (byHead.get(head) ?? "done")));
}

/** Takes over where the locked streams end; one that is sealed or gone has to be looked at more closely. */
async function readLocked(client: pg.Client, heads: readonly StreamHead[]): Promise<void> {
  const rows = await lockHeads(
    client,
    heads.map(({ id }) => id as number),
  );
  for (const head of heads) {
    const row = rows.get(head.id as number);
    head.known = row !== undefined;
    if (row === undefined) {
      // Not a lost race: the next turn must not lock again, but refuse.
      head.losses = 0;
      continue;
    }
    head.next = row.length;
    head.bytes = row.byteCount;
    head.open = row.open;
    head.fresh = true;
  }
}

interface Written {
  /** Undefined: the flush was full before the head's turn came. */
  readonly turns: readonly (Turn | undefined)[];
  /** Ids of the streams that were written. */
  readonly ids: ReadonlyMap<StreamHead, number>;
}

async function write(
  client: pg.Client,
  heads: readonly StreamHead[],
  { replica, now, maxFlushBytes, maxStreamBytes, isFull }: FlushOptions,
): Promise<Written> {
  const nowMicros = Math.floor(now() * 1_000);
  let room = maxFlushBytes;
  const turns = heads.map((head) => {
    if (room <= 0) return undefined;
    const isNamespaceFull = isFull(head.key.namespace);
    const turn = takeTurn(head, { maxBytes: room, maxStreamBytes, isNamespaceFull }, nowMicros);
    room -= turn.size;
    return turn;
  });
  const writing = turns.filter((turn): turn is WritingTurn => turn?.write !== undefined);
  if (writing.length === 0) return { turns, ids: new Map() };
  const writes = writing.map((turn) => turn.write);
  const slots = await writeStreams(client, replica, writes);
  const ids = new Map<StreamHead, number>();
  for (const [slot, id] of slots) {
    const turn = writing[slot];
    if (turn !== undefined) ids.set(turn.head, id);
  }
  return { turns, ids };
}

/** Takes over what was committed, answers the producers and tells the followers. */
function settle({ turns, ids }: Written, { onCommitted }: FlushOptions): FlushResult[] {
  return turns.map((turn) => {
    if (turn === undefined) return "done";
    const { head } = turn;
    const id = turn.write === undefined ? head.id : ids.get(head);
    if (turn.write !== undefined && id === undefined) {
      head.losses++;
      return "stale";
    }
    const made = head.id === undefined;
    settleTurn(turn, id);
    if (turn.write !== undefined && id !== undefined) {
      head.losses = 0;
      onCommitted(head.key, id, turn.write.chunks, made);
    }
    return turn.needsReload ? "stale" : "done";
  });
}

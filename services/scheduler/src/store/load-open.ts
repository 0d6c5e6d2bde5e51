import type { Pool } from "@switchyard/postgres";
import { readCopy } from "./copy-out.js";
import { type DecisionColumns, emptyDecision, unpackDecision } from "./decision-columns.js";
import { decodeOpenExtra, type OpenExtra } from "./open-extra.js";

/** Open jobs per query. Packed by the server, so that a page is one value and not twenty thousand rows. */
const pageSize = 20_000;

/** An open job as it is stored. */
export interface OpenRow {
  readonly serial: number;
  readonly bucket: number;
  readonly kind: string;
  readonly decision: DecisionColumns;
  readonly extra: OpenExtra | undefined;
  /** Its row is the one that stands for its re-use key. */
  readonly standsForKey: boolean;
}

/**
 * Reads the open jobs of a namespace, in the order of their serials, some thousands at a time. The next ones are on their way while these are
 * put in place. The rows of a page are one object that is written anew for each: a million of them stand between a start and the first answer.
 */
export async function* loadOpenJobs(pool: Pool, ns: number): AsyncGenerator<Iterable<OpenRow>> {
  const begin = (after: number) => {
    const page = readOpenPage(pool, ns, after);
    // A failure is told when the page is looked at, if ever.
    page.catch(() => undefined);
    return page;
  };
  for (let reading = begin(0); ; ) {
    const page = await reading;
    if (!page) return;
    const isLast = page.n < pageSize;
    if (!isLast) reading = begin(page.last);
    yield unpackOpen(page.packed);
    if (isLast) return;
  }
}

interface OpenPage {
  readonly n: number;
  readonly last: number;
  readonly packed: Buffer;
}

/** In the header of a packed job: its row has more in `extra`; its row stands for its re-use key. Below them the width of its decision, above them that of its kind. */
const hasExtra = 0x80;
const standsForKey = 0x100;

/** Numbers only, which need no quoting: `copy` takes no parameters. The rows come in the order of the subquery. */
const pageOf = (ns: number, after: number) =>
  `select count(*)::int4, max(serial)::int8,
     string_agg(int8send(serial) || int4send(bucket)
       || int4send((octet_length(kind) << 16) | ((reuse_key is not null)::int << 8) | ((extra is not null)::int << 7) | octet_length(decision))
       || decision || kind || case when extra is null then ''::bytea else int4send(octet_length(extra)) || extra end, ''::bytea)
   from (select serial, bucket, decision, reuse_key, convert_to(kind, 'UTF8') as kind, convert_to(extra, 'UTF8') as extra
         from scheduler.open where ns = ${ns} and serial > ${after} order by serial limit ${pageSize}) page`;

async function readOpenPage(pool: Pool, ns: number, after: number): Promise<OpenPage | undefined> {
  const [n, last, packed] = await readCopy(pool, pageOf(ns, after));
  if (!n || !last || !packed) return undefined;
  return { n: n.readInt32BE(), last: Number(last.readBigInt64BE()), packed };
}

function* unpackOpen(packed: Buffer): Generator<OpenRow> {
  const decision = emptyDecision();
  const row = {
    serial: 0,
    bucket: 0,
    kind: "",
    decision,
    extra: undefined as OpenExtra | undefined,
    standsForKey: false,
  };
  let kindBytes: Buffer = packed.subarray(0, 0);
  for (let at = 0; at < packed.length; ) {
    const header = packed.readUInt32BE(at + 12);
    const decisionAt = at + 16;
    const kindAt = decisionAt + (header & 0x7f);
    const kindEnd = kindAt + (header >>> 16);
    // The kinds of neighbours are mostly the same.
    if (packed.compare(kindBytes, 0, kindBytes.length, kindAt, kindEnd) !== 0) {
      kindBytes = packed.subarray(kindAt, kindEnd);
      row.kind = kindBytes.toString();
    }
    row.serial = packed.readUInt32BE(at) * 0x100000000 + packed.readUInt32BE(at + 4);
    row.bucket = packed.readUInt32BE(at + 8);
    row.standsForKey = (header & standsForKey) !== 0;
    row.extra = undefined;
    unpackDecision(packed, decisionAt, header & 0x7f, decision);
    at = kindEnd;
    if ((header & hasExtra) !== 0) {
      const extraAt = at + 4;
      at = extraAt + packed.readUInt32BE(at);
      row.extra = decodeOpenExtra(packed.toString("utf8", extraAt, at));
    }
    yield row;
  }
}

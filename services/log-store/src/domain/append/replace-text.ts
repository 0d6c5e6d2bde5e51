import { AgedMap } from "@switchyard/collections";
import { createHash } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";
import type { Pool } from "@switchyard/postgres";
import { EntryType, momentOfMs, type NewEntry } from "../../model/entry.js";
import { type StreamKey, streamText } from "../../model/stream-key.js";
import { loadHeads } from "../../store/load-heads.js";
import type { ChunkSource } from "../read/chunk-source.js";
import { everything } from "../read/entry-filter.js";
import { readParts } from "../read/read-parts.js";
import type { Appender } from "./appender.js";
import { refusalOf } from "./refusal.js";
import { splitMessage } from "./split-text.js";
import { closedBy } from "./stream-head.js";

/** What is known of a stream's text: enough to tell whether another text begins with it. */
interface KnownText {
  /** Sequence number of the next entry when this was true. */
  readonly next: number;
  /** Bytes of UTF-8. */
  readonly bytes: number;
  readonly digest: string;
}

/** Replaces texts of streams. */
export interface TextReplacer {
  /**
   * Makes `text` the text of a stream. The text of a stream is the messages of its text entries since the last reset mark, one
   * directly after the other; line feeds are part of them. If it begins with the present text, the rest is added as an entry;
   * otherwise a reset mark and all of it, in one commit.
   * @throws SwitchyardError as for an append
   */
  replace(key: StreamKey, text: string): Promise<{ readonly nextSequence: number; readonly reset: boolean }>;
}

/** Another writer of the same stream may come in between; after as many times it is not chance any more. */
const TRIES = 10;
/** Digests held, of the streams replaced last. */
const MAX_KNOWN = 10_000;

/** Creates a replacer that writes through the appender. */
export function createTextReplacer(
  pool: Pool,
  source: ChunkSource,
  appender: Appender,
  now: () => number,
): TextReplacer {
  const known = new AgedMap<string, KnownText>();

  function remember(key: StreamKey, text: KnownText): void {
    const name = streamText(key);
    known.set(name, text);
    for (let oldest = known.oldest(); oldest && known.size > MAX_KNOWN; oldest = known.oldest())
      known.delete(oldest[0]);
  }

  /** Confirms a text that is there already; undefined: the stream has moved on. */
  async function confirm(key: StreamKey, present: KnownText): Promise<number | undefined> {
    const [row] = await loadHeads(pool, [key]);
    if (row === undefined || row.length !== present.next) return undefined;
    if (closedBy(key.attempt, row) === "LEASE_LOST") throw refusalOf(key, "LEASE_LOST", row.length);
    return row.length;
  }

  return {
    async replace(key, text) {
      const bytes = Buffer.from(text);
      for (let tries = 0; tries < TRIES; tries++) {
        const name = streamText(key);
        const present = known.get(name) ?? (await readText(pool, source, key));
        known.delete(name);
        const grows = bytes.length >= present.bytes && digestOf(bytes.subarray(0, present.bytes)) === present.digest;
        const added = grows ? bytes.toString("utf8", present.bytes) : text;
        if (grows && added === "") {
          const nextSequence = await confirm(key, present);
          if (nextSequence === undefined) continue;
          remember(key, present);
          return { nextSequence, reset: false };
        }
        const entries = entriesOf(added, !grows, now());
        const wish = { expected: present.next, count: entries.length, allowGap: false, exact: true };
        const outcome = await appender.append(key, { kind: "entries", entries }, wish);
        if (outcome.kind === "done") {
          remember(key, { next: outcome.nextSequence, bytes: bytes.length, digest: digestOf(bytes) });
          return { nextSequence: outcome.nextSequence, reset: !grows };
        }
        if (outcome.reason !== "SEQUENCE_MISMATCH") throw refusalOf(key, outcome.reason, outcome.nextSequence);
      }
      throw new SwitchyardError("STORAGE_UNAVAILABLE", `stream ${key.stream} is written to by too many others`, {
        stream: key.stream,
      });
    },
  };
}

async function readText(pool: Pool, source: ChunkSource, key: StreamKey): Promise<KnownText> {
  const [row] = await loadHeads(pool, [key]);
  const hash = createHash("sha256");
  let bytes = 0;
  const id = row?.id;
  if (row !== undefined && id !== undefined) {
    for (let from = row.resetSequence; from < row.length; ) {
      const part = { streamId: id, attempt: key.attempt, stream: key.stream, from, before: row.length };
      const options = {
        direction: "forward",
        filter: everything,
        maxRecords: 10_000,
        maxBytes: 4 * 1024 * 1024,
      } as const;
      const { records, positions } = await readParts(source, [part], options);
      for (const { entry } of records) {
        if (entry.type !== EntryType.text) continue;
        const message = Buffer.from(entry.message);
        hash.update(message);
        bytes += message.length;
      }
      from = positions.get(id) ?? row.length;
    }
  }
  return { next: row?.length ?? 0, bytes, digest: hash.digest("base64") };
}

function entriesOf(text: string, reset: boolean, nowMs: number): readonly NewEntry[] {
  const entry = { time: momentOfMs(nowMs), level: 0, source: "" };
  const mark = reset ? [{ ...entry, type: EntryType.reset, message: "" }] : [];
  const pieces = text === "" ? [] : splitMessage(text);
  return [...mark, ...pieces.map((message) => ({ ...entry, type: EntryType.text, message }))];
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

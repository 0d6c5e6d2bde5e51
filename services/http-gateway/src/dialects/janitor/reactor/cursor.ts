import type { Core } from "../core-access.js";
import { bodyOf, findDocument, putJson, writeAll } from "../documents/shared.js";
import { collectionNames } from "../names.js";

/** How far the reactor has come. */
export interface Cursor {
  /** The last event that has been dealt with. */
  readonly sequence: bigint;
  /** When that was, in milliseconds since 1970. */
  readonly timeMs: number;
}

const key = "ends";

interface Body {
  readonly sequence: string;
  readonly time_ms: number;
}

/** Reads the cursor; undefined before the first event. */
export async function readCursor(core: Core): Promise<Cursor | undefined> {
  const document = await findDocument(core, collectionNames.reactor, key);
  if (document === undefined) return undefined;
  const { sequence, time_ms: timeMs } = bodyOf<Body>(document);
  return { sequence: BigInt(sequence), timeMs };
}

/** Keeps the cursor. */
export async function writeCursor(core: Core, { sequence, timeMs }: Cursor): Promise<void> {
  const body: Body = { sequence: String(sequence), time_ms: timeMs };
  await writeAll(core, [putJson(collectionNames.reactor, key, body)]);
}

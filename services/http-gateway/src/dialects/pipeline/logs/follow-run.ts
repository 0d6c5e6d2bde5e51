import { type EncodedEvents, eventText } from "../../../http/event-stream.js";
import type { PipelineContext } from "../context.js";
import type { Run } from "../runs/read-run.js";
import type { RunFacts } from "../runs/run-facts.js";
import type { RunFeed } from "./run-feed.js";
import type { RunLine } from "./run-lines.js";

/** How a run is told. */
export interface RunStory {
  /** Index of the first line. */
  readonly from: number;
  /** Tell the layers too, all of them at every turn. */
  readonly withLayers: boolean;
  /** The word for the end. */
  readonly endOf: (facts: RunFacts) => string;
  /** The result that is told before the end; undefined for none. */
  readonly resultOf: (facts: RunFacts) => object | undefined;
}

/** The layers are told so often, in milliseconds: to the clients they are the sign that somebody is there. */
const layersMs = 500;
const quietMs = 60_000;

/**
 * Tells a run as server-sent events: its lines, numbered, and its layers as they change; at the end its result and, last of
 * all, how it ended. Several events leave together.
 */
export async function* followRun(
  { feeds }: Pick<PipelineContext, "feeds">,
  run: Run,
  { from, withLayers, endOf, resultOf }: RunStory,
  signal: AbortSignal,
): AsyncGenerator<EncodedEvents> {
  const { feed, leave } = feeds.join(run);
  try {
    for (let next = from; !signal.aborted; ) {
      const known = feed.lineCount;
      const lines = await feed.linesFrom(next);
      const last = lines.at(-1);
      if (last !== undefined) next = last.index + 1;
      const { end, isGone } = feed;
      // Lines may have come while these were read: they are told before anything ends.
      const isBehind = feed.lineCount !== known || (last !== undefined && next < known);
      const told = framesOf(feed, lines, withLayers ? feed.layers : undefined);
      if (told.length > 0) yield { frames: told };
      if (!isBehind && isGone) {
        yield { frames: eventText({ event: "error", data: "Run not found" }) };
        return;
      }
      if (!isBehind && end !== undefined) {
        const result = resultOf(end);
        const resultFrame = result === undefined ? "" : eventText({ event: "result", data: JSON.stringify(result) });
        yield { frames: `${resultFrame}${eventText({ event: "end", data: endOf(end) })}` };
        return;
      }
      // What came since, while the client read, has woken nobody.
      if (!isBehind && feed.lineCount === known) await feed.change(withLayers ? layersMs : quietMs, signal);
    }
  } finally {
    leave();
  }
}

/** What was told last of a feed. Most of its readers are told the same at the same time: it is written once. */
interface Turn {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly layers: string | undefined;
  readonly frames: Uint8Array;
}

const lastTurns = new WeakMap<RunFeed, Turn>();

function framesOf(feed: RunFeed, lines: readonly RunLine[], layers: string | undefined): Uint8Array {
  const [first, last] = [lines[0]?.index, lines.at(-1)?.index];
  const known = lastTurns.get(feed);
  if (known !== undefined && known.first === first && known.last === last && known.layers === layers) {
    return known.frames;
  }
  const lineFrames = lines.map(({ index, text }) => eventText({ id: String(index), data: text }));
  const layersFrame = layers === undefined ? "" : eventText({ event: "layer_status", data: layers });
  const frames = Buffer.from(`${lineFrames.join("")}${layersFrame}`);
  lastTurns.set(feed, { first, last, layers, frames });
  return frames;
}

import { AgedMap } from "@switchyard/collections";
import { type StreamKey, streamText } from "../../model/stream-key.js";
import { createStreamHead, type StreamHead } from "./stream-head.js";

/** The heads of the streams that were written to of late. */
export interface HeadCache {
  /** The head of a stream; a new one when there is none. */
  get(key: StreamKey): StreamHead;
  /** Forgets a head: the next append reads it anew. */
  drop(head: StreamHead): void;
  /** Heads held. */
  readonly size: number;
}

/** So many are looked at for each that comes: where the oldest are all worked on, those behind them have to wait. */
const mostLooks = 16;

/** Keeps at most `maxHeads` heads, the ones used last. Heads that are worked on are kept above that number. */
export function createHeadCache(maxHeads: number): HeadCache {
  const heads = new AgedMap<string, StreamHead>();

  function evict(): void {
    for (let looked = 0; heads.size >= maxHeads && looked < mostLooks; looked++) {
      const [text, head] = heads.oldest() ?? [];
      if (text === undefined || head === undefined) return;
      if (head.busy) heads.set(text, head);
      else heads.delete(text);
    }
  }

  return {
    get(key) {
      const text = streamText(key);
      const known = heads.get(text);
      // Before the new one stands there: nobody works on it yet, and it must not be the one to go.
      if (known === undefined && heads.size >= maxHeads) evict();
      const head = known ?? createStreamHead(key);
      heads.set(text, head);
      return head;
    },
    drop(head) {
      const text = streamText(head.key);
      if (heads.get(text) === head) heads.delete(text);
    },
    get size() {
      return heads.size;
    },
  };
}

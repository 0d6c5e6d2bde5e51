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

/** Keeps at most `maxHeads` heads, the ones used last. Heads that are worked on are kept above that number. */
export function createHeadCache(maxHeads: number): HeadCache {
  const heads = new Map<string, StreamHead>();

  function evict(): void {
    let looked = 0;
    for (const [text, head] of heads) {
      if (heads.size <= maxHeads || looked++ > maxHeads) return;
      if (!head.busy) heads.delete(text);
    }
  }

  return {
    get(key) {
      const text = streamText(key);
      let head = heads.get(text);
      if (head === undefined) head = createStreamHead(key);
      else heads.delete(text);
      // A Map keeps the order of insertion: the one used last stands last.
      heads.set(text, head);
      if (heads.size > maxHeads) evict();
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

import { collections, type DeclaredCollection } from "@switchyard/pipeline-model";
import type { PipelineContext } from "../context.js";
import { readDocument } from "../documents/document-store.js";
import { type PostingFacts, unknownPosting } from "./item-view.js";

/** Knows what postings are called. */
export interface PostingNames {
  /** The facts about postings by id; unknown ones are told as such. */
  factsOf(context: Core, ids: readonly string[]): Promise<(id: string) => PostingFacts>;
}

type Core = Pick<PipelineContext, "core" | "config">;

/** A page that shows the queue asks several times a second; a title that was changed may be late by so much. */
const maxAgeMs = 10_000;
const maxKnown = 5_000;

/** Makes a memory of names. Postings are large and their names short, so each is read once in a while only. */
export function createPostingNames(now: () => number = Date.now): PostingNames {
  const known = new Map<string, { readonly facts: PostingFacts; readonly readAt: number }>();

  const isFresh = (id: string) => now() - (known.get(id)?.readAt ?? Number.NEGATIVE_INFINITY) < maxAgeMs;
  const remember = (id: string, facts: PostingFacts) => {
    // Taken out first, so that the oldest come first.
    known.delete(id);
    known.set(id, { facts, readAt: now() });
    for (const oldest of known.keys()) {
      if (known.size <= maxKnown) break;
      known.delete(oldest);
    }
  };

  return {
    async factsOf(context, ids) {
      const missing = [...new Set(ids)].filter((id) => !isFresh(id));
      await Promise.all(missing.map(async (id) => remember(id, await readFacts(context, id))));
      return (id) => known.get(id)?.facts ?? unknownPosting;
    },
  };
}

async function readFacts(context: Core, id: string): Promise<PostingFacts> {
  // Only what has the form of an id can be there, and some texts are no key at all.
  if (!/^[0-9a-f]{24}$/.test(id)) return unknownPosting;
  const read = (collection: DeclaredCollection) => readDocument(context, collection, id);
  const posting = (await read(collections.level2)) ?? (await read(collections.level1));
  const body: Readonly<Record<string, unknown>> = posting?.body ?? {};
  return {
    title: textOr(body["title"], unknownPosting.title),
    company: textOr(body["company"], unknownPosting.company),
  };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

import { collections } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../../documents/document-store.js";
import { type JsonObject, objectOf, objectsOf, textOf } from "../json/values.js";
import type { AnnotatedSentence } from "./majority.js";

const shortest = 10;
/** Bodies of postings are large, and all of them are in memory for a moment. */
const mostPostings = 5_000;

/** Every annotated sentence of the newest 5,000 postings, the newest postings last. */
export async function annotatedSentences(documents: DocumentStore): Promise<AnnotatedSentence[]> {
  const newest = { orderBy: "create_time", descending: true, limit: mostPostings };
  const postings = await documents.list(collections.level2, newest);
  return postings.reverse().flatMap(({ key, body }) => sentencesOf(key, body));
}

/** The annotated sentences of a posting that have at least 10 characters. */
function sentencesOf(jobId: string, posting: JsonObject): AnnotatedSentence[] {
  return objectsOf(objectOf(posting["jd_annotations"])["annotations"])
    .map((annotation) => ({
      text: textOf(objectOf(annotation["target"])["text"]),
      relevance: textOf(annotation["relevance"]) || null,
      requirement: textOf(annotation["requirement_type"]) || null,
      passion: textOf(annotation["passion"]) || null,
      identity: textOf(annotation["identity"]) || null,
      job_id: jobId,
    }))
    .filter(({ text }) => text.length >= shortest);
}

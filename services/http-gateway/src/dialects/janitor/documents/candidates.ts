import { reasonOf } from "@switchyard/errors";
import type { Document } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { type Candidate, type CandidateBody, candidateKey } from "../catalogue/candidate.js";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import { anyOf, bodyOf, findDocument, listDocuments, putJson, writeAll } from "./shared.js";

const collection = collectionNames.candidates;

/** Reads the candidates of a codebase and campaign, one for each change set, in the order of their ids. */
export async function candidatesOf(core: Core, codebase: string, campaign: string): Promise<Candidate[]> {
  const where = [anyOf("codebase", [codebase]), anyOf("campaign", [campaign])];
  const candidates: Candidate[] = [];
  for await (const document of listDocuments(core, { collection, where })) candidates.push(fromDocument(document));
  return candidates;
}

/** Reads every candidate, in the order of their ids. */
export async function* listCandidates(core: Core): AsyncGenerator<Candidate, undefined> {
  for await (const document of listDocuments(core, { collection })) yield fromDocument(document);
  return undefined;
}

/** Keeps candidates in their order, each in the place of the one that was there for its codebase, campaign and change set. */
export async function putCandidates(core: Core, candidates: readonly CandidateBody[]): Promise<void> {
  await writeAll(
    core,
    candidates.map((candidate) => putJson(collection, candidateKey(candidate), candidate)),
  );
}

/** Deletes a candidate. Answers what it was; undefined for none. */
export async function deleteCandidate(core: Core, id: number): Promise<Candidate | undefined> {
  const document = await findDocument(core, collection, BigInt(id));
  if (document === undefined) return undefined;
  const { key, revision } = document;
  const write = { collection, key, operation: { case: "delete" as const, value: {} }, expect: { revision } };
  try {
    await writeAll(core, [write]);
  } catch (error) {
    // It has been written or deleted since it was read.
    if (reasonOf(error) === "REVISION_MISMATCH") return deleteCandidate(core, id);
    throw error;
  }
  return fromDocument(document);
}

function fromDocument(document: Document): Candidate {
  const { followupFor: _, ...candidate } = bodyOf<CandidateBody>(document);
  return { id: Number(document.number), ...candidate };
}

import type { Document } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { maxBatchItems } from "../batches.js";
import { branchKeyOf, canBeCodebase, type Codebase, plain } from "../catalogue/codebase.js";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import { anyOf, bodyOf, findDocument, findDocuments, listDocuments, putJson, writeAll } from "./shared.js";

const collection = collectionNames.codebases;

/** Reads a codebase; undefined for an unknown one. */
export async function getCodebase(core: Core, name: string): Promise<Codebase | undefined> {
  if (!canBeCodebase(name)) return undefined;
  const document = await findDocument(core, collection, name);
  return document === undefined ? undefined : fromDocument(document);
}

/** Reads codebases by name; unknown ones are left out. */
export async function getCodebases(core: Core, names: readonly string[]): Promise<Map<string, Codebase>> {
  return findCodebases(core, [...new Set(names)].filter(canBeCodebase));
}

/** Reads codebases by what they are kept under; those that are not there are left out. */
export async function findCodebases(core: Core, keys: readonly string[]): Promise<Map<string, Codebase>> {
  const documents = await findDocuments(core, collection, keys);
  return new Map(documents.map((document) => [document.key, fromDocument(document)]));
}

/** Reads every codebase, in the order of their first uploads. */
export async function* listCodebases(core: Core): AsyncGenerator<Codebase, undefined> {
  for await (const document of listDocuments(core, { collection })) yield fromDocument(document);
  return undefined;
}

/** Finds out who has a URL and subpath: what the codebases are kept under, by branch key. */
export async function branchHolders(core: Core, branchKeys: readonly string[]): Promise<Map<string, string>> {
  const holders = new Map<string, string>();
  for (let from = 0; from < branchKeys.length; from += maxBatchItems) {
    const where = [anyOf("branch_key", branchKeys.slice(from, from + maxBatchItems))];
    for await (const document of listDocuments(core, { collection, where })) {
      const branchKey = branchKeyOf(fromDocument(document));
      if (branchKey !== undefined) holders.set(branchKey, document.key);
    }
  }
  return holders;
}

/** Keeps codebases by what they are kept under, whatever was there before. */
export async function putCodebases(core: Core, codebases: ReadonlyMap<string, Codebase>): Promise<void> {
  const writes = [...codebases].map(([key, codebase]) =>
    putJson(collection, key, { ...codebase, branch_key: branchKeyOf(codebase) }),
  );
  await writeAll(core, writes);
}

/** The largest value that a codebase has; undefined where none has one. */
export async function largestValue({ core, config: { namespace } }: Core): Promise<number | undefined> {
  const { maxima } = await core.documents.listDocuments({
    ...{ namespace, collection, maxima: ["value"] },
    ...{ pageSize: 1, omitBodies: true },
  });
  const text = maxima["value"];
  return text === undefined ? undefined : (JSON.parse(text) as number);
}

function fromDocument(document: Document): Codebase {
  return plain(bodyOf<Codebase>(document));
}

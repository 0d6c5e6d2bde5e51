import { isDeepStrictEqual } from "node:util";
import { SwitchyardError } from "@switchyard/errors";
import { checkExpectation } from "./check-expectation.js";
import type { DocumentWrite, Operation, WritePlace, WriteResult } from "./document-write.js";
import type { StoredDocument } from "../model/document.js";
import { Draft } from "./draft.js";
import { checkBodySize } from "./json-text.js";
import { applyMergePatch } from "./merge-patch.js";

/** What a batch does to one document. */
export interface DocumentChange {
  readonly collection: string;
  readonly key: string;
  /** The document before the batch, expired ones too, since their row must go. */
  readonly before: StoredDocument | undefined;
  /** The document after the batch. */
  after: Draft | undefined;
  /** Something was written or deleted. */
  dirty: boolean;
  /** The last write of the batch that names the document. */
  lastIndex: number;
}

/** What a whole batch does, all in memory. */
export interface WritePlan {
  readonly changes: readonly DocumentChange[];
  /** New documents without numbers, in the order of their creation. */
  readonly created: readonly { readonly collection: string; readonly draft: Draft }[];
  /** In the order of the writes. To be called when the new documents have their numbers. */
  readonly results: () => readonly WriteResult[];
}

/**
 * Applies the writes in order to the documents that were read. Pure, so a failing write leaves nothing behind.
 *
 * @param stored finds what was read, by collection and key
 * @param at the time of the batch; documents that have ended by then count as absent
 * @throws SwitchyardError of the first write that cannot be done, with `index`, `collection` and `key`
 */
export function applyWrites(
  writes: readonly DocumentWrite[],
  stored: (collection: string, key: string) => StoredDocument | undefined,
  at: string,
): WritePlan {
  const changes = new Map<string, DocumentChange>();
  const created: { collection: string; draft: Draft }[] = [];
  const results: (() => WriteResult)[] = [];

  for (const [index, { collection, key, operation, expect }] of writes.entries()) {
    const place = { index: String(index), collection, key };
    const change = openChange(changes, collection, key, stored, at);
    change.lastIndex = index;
    const draft = change.after?.isVisible(at) ? change.after : undefined;
    checkExpectation(expect, draft, place);

    const isNew = draft === undefined && operation.kind !== "delete";
    const result = isNew ? createDraft(operation, place) : { draft, changed: editDraft(operation, draft, index) };
    if (isNew && result.draft !== undefined) created.push({ collection, draft: result.draft });
    change.after = operation.kind === "delete" ? undefined : result.draft;
    change.dirty ||= result.changed;
    const revision = change.after?.revision ?? 0;
    results.push(() => ({ revision, number: result.draft?.number ?? 0, created: isNew, changed: result.changed }));
  }
  return { changes: [...changes.values()], created, results: () => results.map((result) => result()) };
}

function openChange(
  changes: Map<string, DocumentChange>,
  collection: string,
  key: string,
  stored: (collection: string, key: string) => StoredDocument | undefined,
  at: string,
): DocumentChange {
  const id = JSON.stringify([collection, key]);
  let change = changes.get(id);
  if (change === undefined) {
    const before = stored(collection, key);
    const draft = before === undefined ? undefined : new Draft(before);
    const after = draft?.isVisible(at) ? draft : undefined;
    change = { collection, key, before, after, dirty: false, lastIndex: 0 };
    changes.set(id, change);
  }
  return change;
}

function createDraft(operation: Operation, place: WritePlace): { draft: Draft | undefined; changed: boolean } {
  if (operation.kind === "delete") return { draft: undefined, changed: false };
  if (operation.kind === "patch" && !operation.upsert) {
    throw new SwitchyardError("DOCUMENT_NOT_FOUND", `${place.key} is not there`, place);
  }
  const body = operation.kind === "put" ? operation.body : applyMergePatch(undefined, operation.patch);
  const expiresAt = operation.kind === "put" ? operation.expiresAt : null;
  return { draft: new Draft({ number: 0, revision: 1, body, expiresAt }), changed: true };
}

/** @returns whether something was changed */
function editDraft(operation: Operation, draft: Draft | undefined, index: number): boolean {
  if (draft === undefined) return false;
  if (operation.kind === "delete") return true;
  if (operation.kind === "patch") {
    const body = applyMergePatch(draft.body, operation.patch);
    checkBodySize(Buffer.byteLength(body), `writes[${index}].patch`);
    draft.body = body;
    draft.revision++;
    return true;
  }
  const sameEnd = draft.expiresAt === operation.expiresAt;
  draft.expiresAt = operation.expiresAt;
  if (operation.keepRevisionIfEqual && hasBody(draft, operation.body)) return !sameEnd;
  draft.body = operation.body;
  draft.revision++;
  return true;
}

function hasBody(draft: Draft, body: string): boolean {
  return draft.body === body || isDeepStrictEqual(draft.value, JSON.parse(body) as unknown);
}

import { collections, type DeclaredCollection } from "@switchyard/pipeline-model";
import {
  type Body,
  type DocumentContext,
  expectationOf,
  putWrite,
  readDocument,
  untilAlone,
  type Write,
  writeDocuments,
} from "../documents/document-store.js";
import { naiveNow } from "../time-text.js";

/** A part of the master CV: which document, and what it shall be next. */
export interface VersionChange {
  readonly collection: DeclaredCollection;
  readonly docId: string;
  /**
   * The next content, from the present one (undefined when there is none yet). Members that say which version it is are
   * added. May throw to change nothing; may be called again when somebody else was faster.
   */
  readonly content: (present: Body | undefined) => Body;
}

/** Who changes something, and why. */
export interface ChangeNote {
  readonly updatedBy: string;
  readonly summary: string;
}

/** The note that a body carries beside what it changes. */
export function noteOf(body: object): ChangeNote {
  const { updated_by, change_summary } = body as Body;
  return { updatedBy: String(updated_by ?? "user"), summary: String(change_summary ?? "") };
}

/** Members that say which version a document is; all others are its content. */
const versionMembers = new Set(["version", "updated_at", "updated_by", "change_summary"]);

/** What a version holds, without what says which one it is. */
function contentOf(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !versionMembers.has(name)));
}

/** The number of a version; 0 for none. */
export function versionOf(body: Body | undefined): number {
  return typeof body?.["version"] === "number" ? body["version"] : 0;
}

/** The key of a superseded version. */
export function historyKey(collection: string, docId: string, version: number): string {
  return `${collection}:${docId}:${version}`;
}

/**
 * Writes the next versions of some documents, all or none. The old versions go to the history in the same step, so that no
 * version is ever missing there; a version number is given once, whoever writes at the same time.
 *
 * @returns the new versions, in the order of the changes
 */
export function writeVersions(
  context: DocumentContext,
  changes: readonly VersionChange[],
  { updatedBy, summary }: ChangeNote,
): Promise<readonly number[]> {
  return untilAlone(async () => {
    const stamp = `${naiveNow()}+00:00`;
    const steps = await Promise.all(
      changes.map(async ({ collection, docId, content }) => {
        const read = await readDocument(context, collection, docId);
        const version = versionOf(read?.body) + 1;
        const next = { version, updated_at: stamp, updated_by: updatedBy, change_summary: summary };
        const put = putWrite(collection, docId, { ...contentOf(content(read?.body)), ...next }, expectationOf(read));
        const archived = read === undefined ? [] : [archive(collection.name, docId, read.body, stamp)];
        return { version, writes: [...archived, put] };
      }),
    );
    await writeDocuments(
      context,
      steps.flatMap(({ writes }) => writes),
    );
    return steps.map(({ version }) => version);
  });
}

function archive(collection: string, docId: string, superseded: Body, timestamp: string): Write {
  const version = versionOf(superseded);
  const entry = { collection, doc_id: docId, version, timestamp, data: superseded };
  return putWrite(collections.masterCvHistory, historyKey(collection, docId, version), entry);
}

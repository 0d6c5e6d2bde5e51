import { collections } from "@switchyard/pipeline-model";
import { isJsonObject } from "../../../json/parse-json.js";
import {
  type Body,
  type DocumentContext,
  expectationOf,
  putWrite,
  readDocument,
  untilAlone,
  writeDocuments,
} from "../documents/document-store.js";
import { naiveNow } from "../time-text.js";
import { badRequest } from "../errors.js";
import { versionOf } from "./versioned-document.js";

/** Keys in the dialect's own collection. */
const keys = { state: "cv_editor_state", published: "cv_published" } as const;

/** The state of an editor that nobody has used yet. */
const emptyEditorState = {
  version: 1,
  content: { type: "doc", content: [] },
  documentStyles: {
    fontFamily: "Inter",
    fontSize: 11,
    lineHeight: 1.15,
    margins: { top: 1, right: 1, bottom: 1, left: 1 },
    pageSize: "letter",
  },
  header: "",
  footer: "",
} as const;

/** The state that a checked body carries, itself or as its member `state`, with defaults for what it leaves out. */
export function editorStateOf(body: Body): Body {
  const { state } = body;
  return { ...emptyEditorState, ...(isJsonObject(state) && isDocument(state["content"]) ? state : body) };
}

function isDocument(content: unknown): boolean {
  return isJsonObject(content) && content["type"] === "doc";
}

/** What the editor shows: what was saved last, or an empty page. */
export async function readEditorState(context: DocumentContext): Promise<Body> {
  const saved = (await readDocument(context, collections.state, keys.state))?.body["state"];
  return isJsonObject(saved) ? saved : emptyEditorState;
}

/** Saves the state. Answers with a number that rises by one with each save. */
export function saveEditorState(context: DocumentContext, state: Body): Promise<number> {
  return untilAlone(async () => {
    const read = await readDocument(context, collections.state, keys.state);
    const version = versionOf(read?.body) + 1;
    const saved = { version, state, updated_at: naiveNow() };
    await writeDocuments(context, [putWrite(collections.state, keys.state, saved, expectationOf(read))]);
    return version;
  });
}

/** A state that was published. */
export interface PublishedCv {
  readonly version: number;
  readonly published_at: string;
}

/** Makes what was saved last the published CV. @throws PipelineError 400 when nothing was saved */
export async function publishCv(context: DocumentContext): Promise<PublishedCv> {
  const saved = await readDocument(context, collections.state, keys.state);
  if (saved === undefined) throw badRequest("No CV editor state saved");
  const published = { version: versionOf(saved.body), published_at: naiveNow() };
  const body = { ...published, state: saved.body["state"] };
  await writeDocuments(context, [putWrite(collections.state, keys.published, body)]);
  return published;
}

/** Whether a CV has been published. */
export async function isCvPublished(context: DocumentContext): Promise<boolean> {
  return (await readDocument(context, collections.state, keys.published)) !== undefined;
}

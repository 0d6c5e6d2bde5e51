import { collections } from "@switchyard/pipeline-model";
import { OperationFailure, type OperationContext } from "../../operation.js";
import { loadMasterCv } from "../candidate/master-cv.js";
import { type EditorState, newEditorState, readEditorState } from "../cv-document/editor-state.js";
import { tipTapOfMarkdown } from "../cv-document/tiptap-of-markdown.js";
import { firstText, type JsonObject, textOf } from "../json/values.js";
import { loadPosting } from "../posting/load-posting.js";
import { companyOf, type Posting, titleOf } from "../posting/posting.js";

/** A CV that is exported. */
export interface CvContent {
  readonly state: EditorState;
  /** Whom it is for; empty where it is for nobody in particular. */
  readonly company: string;
  readonly role: string;
  readonly title: string;
}

/**
 * The CV that the parameters name: a posting's (as edited, else as generated), the editor's, or a text that was sent along.
 *
 * @throws OperationFailure with the code `no_content` where there is none
 */
export async function cvContent(context: OperationContext, parameters: JsonObject): Promise<CvContent> {
  switch (parameters["source"]) {
    case "posting":
      return postingCv(await loadPosting(context));
    case "editor-state":
      return general(await editorState(context));
    default:
      return general(stateOfMarkdown(textOf(parameters["markdown"]) || (await masterCvMarkdown(context))));
  }
}

/** A posting's CV. @throws OperationFailure with the code `no_content` where there is none */
export function postingCv(posting: Posting): CvContent {
  const edited = readEditorState(posting.body["cv_editor_state"]);
  const isEmpty = edited === undefined || edited.content.content.length === 0;
  const state = isEmpty ? stateOfMarkdown(firstText(posting.body, "cv_text", "generated_cv_text")) : edited;
  if (state === undefined) throw noContent();
  const [company, role] = [companyOf(posting), titleOf(posting)];
  return { state, company, role, title: `CV ${role} ${company}`.trim() };
}

function general(state: EditorState | undefined): CvContent {
  if (state === undefined) throw noContent();
  return { state, company: "", role: "", title: "CV" };
}

async function editorState({ documents }: OperationContext): Promise<EditorState | undefined> {
  return readEditorState((await documents.get(collections.state, "cv_editor_state"))?.body["state"]);
}

async function masterCvMarkdown({ documents }: OperationContext): Promise<string> {
  const { candidate, roles } = await loadMasterCv(documents);
  const texts = roles.map(({ markdown }) => markdown).filter((markdown) => markdown !== "");
  if (texts.length === 0) return "";
  return [`# ${textOf(candidate["name"]) || "CV"}`, textOf(candidate["summary"]), ...texts].join("\n\n");
}

function stateOfMarkdown(markdown: string): EditorState | undefined {
  const content = tipTapOfMarkdown(markdown);
  return content.content.length === 0 ? undefined : newEditorState(content);
}

function noContent(): OperationFailure {
  return new OperationFailure("No CV content found. Generate or save a CV first.", { code: "no_content" });
}

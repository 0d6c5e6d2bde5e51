import { type JsonObject, numberOf, objectOf, textOf } from "../json/values.js";
import type { TipTapDoc } from "./tiptap.js";

/** How a CV is set. Lengths: points for the size of letters, inches for margins, multiples for the height of a line. */
export interface DocumentStyles {
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly lineHeight: number;
  readonly margins: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
  readonly pageSize: "letter" | "a4";
}

/** What the editor of a CV works on. */
export interface EditorState {
  readonly version: number;
  readonly content: TipTapDoc;
  readonly documentStyles: DocumentStyles;
  readonly header: string;
  readonly footer: string;
}

/** How a CV is set where nothing else is said. */
export const usualStyles: DocumentStyles = {
  fontFamily: "Inter",
  fontSize: 11,
  lineHeight: 1.15,
  margins: { top: 1, right: 1, bottom: 1, left: 1 },
  pageSize: "letter",
};

/** The state of an editor that has just opened a document. */
export function newEditorState(content: TipTapDoc): EditorState {
  return { version: 1, content, documentStyles: usualStyles, header: "", footer: "" };
}

/** Reads a stored state; undefined where it holds no document. An empty document is one. */
export function readEditorState(value: unknown): EditorState | undefined {
  const state = objectOf(value);
  const content = objectOf(state["content"]);
  if (content["type"] !== "doc" || !Array.isArray(content["content"])) return undefined;
  return {
    version: numberOf(state["version"]) ?? 1,
    content: content as unknown as TipTapDoc,
    documentStyles: readStyles(objectOf(state["documentStyles"])),
    header: textOf(state["header"]),
    footer: textOf(state["footer"]),
  };
}

function readStyles(styles: JsonObject): DocumentStyles {
  const margins = objectOf(styles["margins"]);
  const margin = (side: keyof DocumentStyles["margins"]) => bounded(margins[side], 0, 3, usualStyles.margins[side]);
  return {
    fontFamily: textOf(styles["fontFamily"]) || usualStyles.fontFamily,
    fontSize: bounded(styles["fontSize"], 6, 36, usualStyles.fontSize),
    lineHeight: bounded(styles["lineHeight"], 0.8, 3, usualStyles.lineHeight),
    margins: { top: margin("top"), right: margin("right"), bottom: margin("bottom"), left: margin("left") },
    pageSize: textOf(styles["pageSize"]).toLowerCase() === "a4" ? "a4" : "letter",
  };
}

function bounded(value: unknown, least: number, most: number, otherwise: number): number {
  return Math.min(most, Math.max(least, numberOf(value) ?? otherwise));
}

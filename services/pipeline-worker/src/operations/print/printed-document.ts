import type { DocumentStyles } from "../cv-document/editor-state.js";
import type { Block } from "../cv-document/flow.js";

/** What is printed. */
export interface PrintedDocument {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly styles: DocumentStyles;
  /** On top and at the bottom of each page; empty for none. */
  readonly header: string;
  readonly footer: string;
}

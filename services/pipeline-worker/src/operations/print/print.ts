import type { PrintedDocument } from "./printed-document.js";

// The libraries behind these take half a second to load: who never prints does not wait for them.

/** Prints a document as PDF. */
export async function printPdf(document: PrintedDocument): Promise<Uint8Array> {
  const { pdfOfFlow } = await import("./pdf-of-flow.js");
  return pdfOfFlow(document);
}

/** Prints a document for a word processor. */
export async function printDocx(document: PrintedDocument): Promise<Uint8Array> {
  const { docxOfFlow } = await import("./docx-of-flow.js");
  return docxOfFlow(document);
}

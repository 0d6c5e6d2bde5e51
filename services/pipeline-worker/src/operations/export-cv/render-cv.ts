import type { OperationContext } from "../../operation.js";
import { flowOfTipTap } from "../cv-document/flow-of-tiptap.js";
import { htmlOfFlow } from "../cv-document/html-of-flow.js";
import { markdownOfFlow } from "../cv-document/markdown-of-flow.js";
import { printDocx, printPdf } from "../print/print.js";
import type { PrintedDocument } from "../print/printed-document.js";
import { askPdfService } from "../pdf/pdf-service.js";
import type { CvContent } from "./cv-content.js";

/** A format that a CV is exported in. */
export type CvFormat = "markdown" | "json" | "html" | "pdf" | "docx";

/** How files of a format are called, and what they are. */
export const cvFormats: Readonly<Record<CvFormat, { readonly extension: string; readonly contentType: string }>> = {
  markdown: { extension: "md", contentType: "text/markdown; charset=utf-8" },
  json: { extension: "json", contentType: "application/json" },
  html: { extension: "html", contentType: "text/html; charset=utf-8" },
  pdf: { extension: "pdf", contentType: "application/pdf" },
  docx: {
    extension: "docx",
    contentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  },
};

/** Renders a CV. @throws OperationFailure where a configured PDF service fails */
export async function renderCv(context: OperationContext, cv: CvContent, format: CvFormat): Promise<Uint8Array> {
  switch (format) {
    case "markdown":
      return Buffer.from(markdownOfFlow(printed(cv).blocks));
    case "json":
      return Buffer.from(JSON.stringify(cv.state));
    case "html":
      return Buffer.from(htmlOfFlow(printed(cv).blocks, cv.title));
    case "pdf":
      return cvPdf(context, cv);
    case "docx":
      return printDocx(printed(cv));
  }
}

/** A CV as PDF: by the service of `PDF_SERVICE_URL` where it is set, else made here. */
export function cvPdf(context: OperationContext, cv: CvContent): Promise<Uint8Array> {
  const { pdfServiceUrl } = context.settings;
  if (pdfServiceUrl === undefined) return printPdf(printed(cv));
  const { state, company, role } = cv;
  const { content, documentStyles, header, footer } = state;
  return askPdfService(context, pdfServiceUrl, "cv-to-pdf", {
    ...{ tiptap_json: content, documentStyles, header, footer, company, role },
  });
}

function printed({ title, state }: CvContent): PrintedDocument {
  const { content, documentStyles: styles, header, footer } = state;
  return { title, blocks: flowOfTipTap(content), styles, header, footer };
}

import PDFDocument from "pdfkit";
import type { Block, Run } from "../cv-document/flow.js";
import type { DocumentStyles } from "../cv-document/editor-state.js";
import { plainText, printable } from "../cv-document/flow.js";
import { fontBytes, type FontName, fontNames } from "./fonts.js";
import type { PrintedDocument } from "./printed-document.js";

type Pdf = PDFKit.PDFDocument;

const pointsPerInch = 72;
const headingFactor = { 1: 1.7, 2: 1.3, 3: 1.1 } as const;
const indent = 14;
const linkColor = "#1a4f8b";

/** Prints a document. Letters are Inter whatever the styles name, as no other font is at hand. */
export function pdfOfFlow(document: PrintedDocument): Promise<Buffer> {
  const { title, styles, blocks } = document;
  const inches = styles.margins;
  const pdf = new PDFDocument({
    size: styles.pageSize === "a4" ? "A4" : "LETTER",
    margins: {
      top: inches.top * pointsPerInch,
      right: inches.right * pointsPerInch,
      bottom: inches.bottom * pointsPerInch,
      left: inches.left * pointsPerInch,
    },
    info: { Title: printable(title) },
    bufferPages: true,
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
    pdf.on("end", () => resolve(Buffer.concat(chunks)));
    pdf.on("error", reject);
  });
  for (const name of fontNames) pdf.registerFont(name, fontBytes(name));
  for (const block of blocks) printBlock(pdf, block, styles);
  printEdges(pdf, document);
  pdf.end();
  return done;
}

function printBlock(pdf: Pdf, block: Block, styles: DocumentStyles): void {
  if (block.kind === "rule") {
    printRule(pdf);
    return;
  }
  const isHeading = block.kind === "heading";
  const size = styles.fontSize * (isHeading ? headingFactor[block.level] : 1);
  pdf.font("regular").fontSize(size);
  if (isHeading && pdf.y > pdf.page.margins.top) pdf.moveDown(0.4);
  const offset = block.kind === "item" ? indent * (Math.min(block.depth, 10) + 1) : 0;
  keepLineOnPage(pdf);
  if (block.kind === "item") {
    const { y } = pdf;
    pdf.text(block.label, pdf.page.margins.left + offset - indent, y, { lineBreak: false });
    pdf.y = y;
  }
  const runs = isHeading ? block.runs.map((run) => ({ ...run, bold: true })) : block.runs;
  printRuns(pdf, runs, offset, (styles.lineHeight - 1) * size);
  if (block.kind !== "item") pdf.moveDown(0.3);
}

function printRuns(pdf: Pdf, runs: readonly Run[], offset: number, lineGap: number): void {
  const left = pdf.page.margins.left + offset;
  const width = pdf.page.width - pdf.page.margins.right - left;
  if (plainText(runs).trim() === "") {
    pdf.x = pdf.page.margins.left;
    pdf.moveDown();
    return;
  }
  runs.forEach((run, at) => {
    pdf.font(fontOf(run)).fillColor(run.href === undefined ? "black" : linkColor);
    const options = {
      ...{ width, lineGap, continued: at < runs.length - 1, underline: run.underline === true },
      link: run.href ?? null,
    };
    if (at === 0) pdf.text(run.text, left, pdf.y, options);
    else pdf.text(run.text, options);
  });
  pdf.fillColor("black");
  pdf.x = pdf.page.margins.left;
}

function printRule(pdf: Pdf): void {
  const { left, right } = pdf.page.margins;
  keepLineOnPage(pdf);
  const y = pdf.y + 3;
  pdf
    .moveTo(left, y)
    .lineTo(pdf.page.width - right, y)
    .lineWidth(0.5)
    .stroke("#999999");
  pdf.y = y + 6;
}

/** A label and the text beside it begin at one height: the page must not change between them. */
function keepLineOnPage(pdf: Pdf): void {
  const bottom = pdf.page.height - pdf.page.margins.bottom;
  if (pdf.y + pdf.currentLineHeight(true) > bottom) pdf.addPage();
}

/** Header and footer come last, when it is known how many pages there are. They stand in the margins. */
function printEdges(pdf: Pdf, { header, footer, styles }: PrintedDocument): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    pdf.switchToPage(page);
    const { margins, width, height } = pdf.page;
    // Text below the margin would begin a new page.
    pdf.page.margins = { ...margins, top: 0, bottom: 0 };
    const options = { width: width - margins.left - margins.right, align: "center" as const, lineBreak: false };
    pdf.font("regular").fontSize(Math.max(6, styles.fontSize - 2));
    if (header !== "") pdf.text(oneLine(header), margins.left, margins.top / 2, options);
    if (footer !== "") pdf.text(oneLine(footer), margins.left, height - margins.bottom / 2, options);
    pdf.page.margins = margins;
  }
}

function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}

function fontOf({ bold, italic }: Run): FontName {
  if (bold === true) return italic === true ? "boldItalic" : "bold";
  return italic === true ? "italic" : "regular";
}

import {
  AlignmentType,
  BorderStyle,
  Document,
  ExternalHyperlink,
  Footer,
  Header,
  HeadingLevel,
  type IParagraphOptions,
  Packer,
  Paragraph,
  type ParagraphChild,
  TextRun,
} from "docx";
import type { DocumentStyles } from "../cv-document/editor-state.js";
import { type Block, bullet, printable, type Run } from "../cv-document/flow.js";
import type { PrintedDocument } from "./printed-document.js";

/** A twentieth of a point, the unit of lengths in the format. */
const twipsPerPoint = 20;
const twipsPerInch = 1440;
const headings = { 1: HeadingLevel.HEADING_1, 2: HeadingLevel.HEADING_2, 3: HeadingLevel.HEADING_3 } as const;
const headingFactor = { 1: 1.7, 2: 1.3, 3: 1.1 } as const;
const pageSizes = { letter: { width: 12_240, height: 15_840 }, a4: { width: 11_906, height: 16_838 } } as const;

/** A document for a word processor. */
export async function docxOfFlow({ title, blocks, styles, header, footer }: PrintedDocument): Promise<Buffer> {
  const { top, right, bottom, left } = styles.margins;
  const margin = {
    top: Math.round(top * twipsPerInch),
    right: Math.round(right * twipsPerInch),
    bottom: Math.round(bottom * twipsPerInch),
    left: Math.round(left * twipsPerInch),
  };
  const document = new Document({
    title: printable(title),
    styles: { default: { document: { run: { font: styles.fontFamily, size: halfPoints(styles.fontSize) } } } },
    sections: [
      {
        properties: { page: { size: pageSizes[styles.pageSize], margin } },
        ...(header === "" ? {} : { headers: { default: new Header({ children: [edge(header)] }) } }),
        ...(footer === "" ? {} : { footers: { default: new Footer({ children: [edge(footer)] }) } }),
        children: blocks.map((block) => paragraphOf(block, styles)),
      },
    ],
  });
  return Packer.toBuffer(document);
}

function paragraphOf(block: Block, styles: DocumentStyles): Paragraph {
  const spacing = { line: Math.round(styles.lineHeight * 240), after: 4 * twipsPerPoint };
  switch (block.kind) {
    case "rule":
      return new Paragraph({ border: { bottom: { style: BorderStyle.SINGLE, size: 4, color: "999999", space: 1 } } });
    case "heading": {
      const size = halfPoints(styles.fontSize * headingFactor[block.level]);
      const children = block.runs.flatMap((run) => childrenOf({ ...run, bold: true }, { size, color: "000000" }));
      return new Paragraph({
        heading: headings[block.level],
        children,
        spacing: { ...spacing, before: 8 * twipsPerPoint },
      });
    }
    case "paragraph":
      return new Paragraph({ children: block.runs.flatMap((run) => childrenOf(run)), spacing });
    case "item":
      return new Paragraph({ ...itemOptions(block.label, Math.min(block.depth, 8), block.runs), spacing });
  }
}

function itemOptions(label: string, depth: number, runs: readonly Run[]): IParagraphOptions {
  const children = runs.flatMap((run) => childrenOf(run));
  if (label === bullet) return { bullet: { level: depth }, children };
  const left = 360 * (depth + 1);
  return { indent: { left, hanging: 360 }, children: [new TextRun(`${label}\t`), ...children] };
}

function childrenOf(
  run: Run,
  more: { readonly size?: number; readonly color?: string } = {},
): readonly ParagraphChild[] {
  const lines = run.text.split("\n");
  const texts = lines.map(
    (text, at) =>
      new TextRun({
        ...{ text, ...more },
        ...(run.bold === true ? { bold: true } : {}),
        ...(run.italic === true ? { italics: true } : {}),
        ...(run.underline === true ? { underline: {} } : {}),
        ...(at === 0 ? {} : { break: 1 }),
        ...(run.href === undefined ? {} : { style: "Hyperlink" }),
      }),
  );
  return run.href === undefined ? texts : [new ExternalHyperlink({ link: run.href, children: texts })];
}

function edge(text: string): Paragraph {
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new TextRun(printable(text).replace(/\s+/g, " "))],
  });
}

function halfPoints(points: number): number {
  return Math.round(points * 2);
}

import mammoth from "mammoth";
import { extractText, getDocumentProxy } from "unpdf";

/** The words of a PDF, pages joined by line breaks. */
export async function pdfText(bytes: Uint8Array): Promise<string> {
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(document, { mergePages: false });
  return text.join("\n");
}

/** The words of a DOCX. */
export async function docxText(bytes: Uint8Array): Promise<string> {
  return (await mammoth.extractRawText({ buffer: Buffer.from(bytes) })).value;
}

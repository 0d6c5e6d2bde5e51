import type { OperationContext } from "../../operation.js";
import { flowOfTipTap } from "../cv-document/flow-of-tiptap.js";
import { printDocx } from "../print/print.js";
import { postingCv } from "../export-cv/cv-content.js";
import { cvFormats } from "../export-cv/render-cv.js";
import { firstText } from "../json/values.js";
import type { Posting } from "../posting/posting.js";

const plain = "text/plain; charset=utf-8";

/** Writes the files of a run. Settles with their names by the members that the wire shows. */
export async function publishFiles(
  context: OperationContext,
  posting: Posting,
  dossier: string,
): Promise<Readonly<Record<string, string>>> {
  const { state, title } = postingCv(posting);
  const { documentStyles: styles, header, footer } = state;
  const docx = await printDocx({ title, blocks: flowOfTipTap(state.content), styles, header, footer });
  const letter = firstText(posting.body, "cover_letter");
  const files = [
    file("cv_md_url", "CV.md", cvFormats.markdown.contentType, firstText(posting.body, "cv_text")),
    file("cv_docx_url", "CV.docx", cvFormats.docx.contentType, docx),
    file("dossier_txt_url", "dossier.txt", plain, dossier),
    ...(letter === "" ? [] : [file("cover_letter_txt_url", "cover_letter.txt", plain, letter)]),
  ];
  for (const { name, contentType, bytes } of files) await context.files.save({ name, contentType, bytes });
  return Object.fromEntries(files.map(({ member, name }) => [member, name]));
}

function file(member: string, name: string, contentType: string, content: string | Uint8Array) {
  return { member, name, contentType, bytes: typeof content === "string" ? Buffer.from(content) : content };
}

import { OperationFailure, type OperationHandler } from "../../operation.js";
import { objectOf, textOf } from "../json/values.js";
import { cvContent } from "./cv-content.js";
import { type CvFormat, cvFormats, renderCv } from "./render-cv.js";

/** Exports a CV as a file of the run. */
export const exportCv: OperationHandler = async (context) => {
  const parameters = objectOf(context.input.parameters);
  const format = textOf(parameters["format"]) || "markdown";
  if (!isFormat(format)) throw new OperationFailure(`Unknown format '${format}'`, { code: "invalid_format" });
  const bytes = await renderCv(context, await cvContent(context, parameters), format);
  const { extension, contentType } = cvFormats[format];
  const name = `CV.${extension}`;
  await context.files.save({ name, contentType, bytes });
  return { data: { artifact: name, content_type: contentType, size: bytes.length } };
};

function isFormat(word: string): word is CvFormat {
  return Object.hasOwn(cvFormats, word);
}

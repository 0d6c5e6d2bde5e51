import { anyObject, body, text } from "./common.js";
import { nullableText, successWith } from "./shapes.js";

/** Body of a page that is printed. */
export const urlBody = body({ url: { type: "string", minLength: 1 } }, ["url"]);

/** Body of a text that is printed. */
export const htmlBody = body(
  {
    html: { type: "string", minLength: 1 },
    css: nullableText,
    pageSize: { type: "string", default: "letter" },
    printBackground: { type: "boolean", default: true },
  },
  ["html"],
);

/** A file was uploaded. */
export const uploaded = successWith({
  uploaded_at: nullableText,
  message: text,
  gdrive_file_id: nullableText,
  gdrive_folder_id: nullableText,
});

/** Any object: a posting. */
export const postingBody = anyObject;

/** A posting was kept. */
export const postingKept = successWith({ job_id: text });

/** A posting. */
export const postingAnswer = successWith({ job: anyObject });

import { collections } from "@switchyard/pipeline-model";
import { type HandlerResult, OperationFailure, type OperationContext } from "../operation.js";
import { readEditorState } from "../operations/cv-document/editor-state.js";
import { type CvContent, postingCv } from "../operations/export-cv/cv-content.js";
import { cvPdf } from "../operations/export-cv/render-cv.js";
import { firstText, textOf } from "../operations/json/values.js";
import { changePosting } from "../operations/posting/change-posting.js";
import { loadPosting } from "../operations/posting/load-posting.js";
import { companyOf, titleOf } from "../operations/posting/posting.js";
import { callWebhook, type Upload } from "./call-webhook.js";

/** An upload, and the member of the posting that says when it was made; undefined where there is no posting. */
interface PreparedUpload extends Upload {
  readonly stamp: "gdrive_uploaded_at" | "dossier_gdrive_uploaded_at" | undefined;
  readonly words: string;
}

/** Sends a posting's CV or dossier, or the published master CV, to the webhook that puts it into the drive. */
export async function uploadDrive(context: OperationContext): Promise<HandlerResult> {
  const { settings, signal, layer } = context;
  const webhook = settings.uploadWebhookUrl;
  if (webhook === undefined)
    throw new OperationFailure("No upload is configured: set UPLOAD_WEBHOOK_URL", { code: "not_configured" });
  layer("prepare", "processing", "Preparing the file");
  const { stamp, words, ...upload } = await prepare(context);
  layer("prepare", "success", `${upload.file.name}, ${upload.file.bytes.length} bytes`);
  layer("upload", "processing", "Uploading");
  const { fileId, folderId } = await callWebhook(webhook, upload, signal);
  layer("upload", "success", words);
  const uploadedAt = new Date().toISOString();
  if (stamp !== undefined) await changePosting(context, upload.jobId, () => ({ [stamp]: uploadedAt }));
  return { data: { uploaded_at: uploadedAt, message: words, gdrive_file_id: fileId, gdrive_folder_id: folderId } };
}

async function prepare(context: OperationContext): Promise<PreparedUpload> {
  switch (textOf(context.input.parameters?.["what"])) {
    case "dossier":
      return dossierOf(context);
    case "master-cv":
      return { ...(await cvUpload(context, await publishedCv(context), "")), stamp: undefined };
    default: {
      const posting = await loadPosting(context);
      return { ...(await cvUpload(context, postingCv(posting), posting.id)), stamp: "gdrive_uploaded_at" };
    }
  }
}

async function dossierOf(context: OperationContext): Promise<PreparedUpload> {
  const posting = await loadPosting(context);
  const text = firstText(posting.body, "dossier", "dossier_text", "generated_dossier");
  if (text === "")
    throw new OperationFailure("No dossier content found. Run the pipeline first.", { code: "no_content" });
  const [company, role] = [companyOf(posting), titleOf(posting)];
  const file = {
    name: fileName("Dossier", company, role, "txt"),
    contentType: "text/plain; charset=utf-8",
    bytes: Buffer.from(text),
  };
  return {
    file,
    company,
    role,
    jobId: posting.id,
    stamp: "dossier_gdrive_uploaded_at",
    words: "Dossier uploaded to Google Drive",
  };
}

async function publishedCv({ documents }: OperationContext): Promise<CvContent> {
  const state = readEditorState((await documents.get(collections.state, "cv_published"))?.body["state"]);
  if (state === undefined) throw new OperationFailure("No published CV. Publish the CV first.", { code: "no_content" });
  return { state, company: "", role: "", title: "CV" };
}

async function cvUpload(context: OperationContext, cv: CvContent, jobId: string) {
  const { company, role } = cv;
  const file = {
    name: fileName("CV", company, role, "pdf"),
    contentType: "application/pdf",
    bytes: await cvPdf(context, cv),
  };
  return { file, company, role, jobId, words: "CV uploaded to Google Drive" };
}

/** A name without anything that a file system or a form could take for more than a name. */
function fileName(what: string, company: string, role: string, extension: string): string {
  const words = [what, company, role].map((part) => part.replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, ""));
  return `${words
    .filter((word) => word !== "")
    .join("_")
    .slice(0, 120)}.${extension}`;
}

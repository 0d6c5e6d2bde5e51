import { guardedRequest } from "@switchyard/guarded-http";
import { z } from "zod";
import { OperationFailure } from "../operation.js";
import type { ProducedFile } from "../files/file-store.js";

/** A file on its way, and what it is about. */
export interface Upload {
  readonly file: ProducedFile;
  readonly company: string;
  readonly role: string;
  /** Empty where it is about no posting. */
  readonly jobId: string;
}

/** Where the file is now. */
export interface Uploaded {
  readonly fileId: string | null;
  readonly folderId: string | null;
}

const answerSchema = z.object({ file_id: z.string().nullish(), role_folder: z.string().nullish() });

/** Longest time of the call, in milliseconds. */
const timeoutMs = 60_000;

/**
 * Sends a file to the operator's webhook, as a form.
 *
 * @throws OperationFailure with the code `timeout`, or `upstream` with the webhook's status as label
 */
export async function callWebhook(webhook: string, upload: Upload, signal: AbortSignal): Promise<Uploaded> {
  const { body, contentType } = await formOf(upload);
  const limit = AbortSignal.timeout(timeoutMs);
  const { status, text } = await guardedRequest(new URL(webhook), {
    ...{ method: "POST", body, maxBytes: 1024 * 1024, isAllowed: () => true },
    headers: { "content-type": contentType, "content-length": String(body.length), accept: "application/json" },
    signal: AbortSignal.any([signal, limit]),
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (limit.aborted) throw new OperationFailure("The upload timed out", { code: "timeout", cause: error });
    throw new OperationFailure(`The upload failed: ${(error as Error).message}`, { code: "unavailable", cause: error });
  });
  if (status < 200 || status > 299) {
    const labels = { status: String(status) };
    throw new OperationFailure(`The upload webhook answered ${status}`, { code: "upstream", labels });
  }
  const { file_id: fileId, role_folder: folderId } = answerSchema.catch({}).parse(parsed(text));
  return { fileId: fileId ?? null, folderId: folderId ?? null };
}

async function formOf({ file, company, role, jobId }: Upload) {
  const form = new FormData();
  form.set("data", new Blob([Buffer.from(file.bytes)], { type: file.contentType }), file.name);
  form.set("company_name", company);
  form.set("role_name", role);
  form.set("file_name", file.name);
  form.set("jobId", jobId);
  // Node writes forms only as bodies of requests.
  const request = new Request("http://form.invalid/", { method: "POST", body: form });
  const contentType = request.headers.get("content-type") ?? "multipart/form-data";
  return { body: Buffer.from(await request.arrayBuffer()), contentType };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

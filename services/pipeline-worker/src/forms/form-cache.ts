import { createHash } from "node:crypto";
import { collections } from "@switchyard/pipeline-model";
import type { DocumentStore } from "../documents/document-store.js";
import { naiveTime } from "../operations/json/times.js";
import { type ApplicationForm, applicationForm } from "./form.js";

/** How long a form is taken as it was, in milliseconds. */
const cacheMs = 7 * 24 * 3_600_000;

const keyOf = (url: string) => createHash("sha256").update(url).digest("hex");

/** A form that was read before; undefined where none is kept, or one of another form. */
export async function cachedForm(documents: DocumentStore, url: string): Promise<ApplicationForm | undefined> {
  const found = await documents.get(collections.formCache, keyOf(url));
  return applicationForm.safeParse(found?.body).data;
}

/** Keeps a form for a week. */
export async function cacheForm(documents: DocumentStore, url: string, form: ApplicationForm): Promise<void> {
  const expireTime = new Date(Date.now() + cacheMs);
  await documents.put(collections.formCache, keyOf(url), { url, ...form, cached_at: naiveTime() }, { expireTime });
}

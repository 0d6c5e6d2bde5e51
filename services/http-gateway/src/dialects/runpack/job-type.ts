import { createHash } from "node:crypto";
import type { JobSpec } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { isJsonObject, parseJson } from "../../json/parse-json.js";

/** What a job type is to the core. */
export interface CoreJobType {
  readonly kind: string;
  /** The job type itself as JSON, where the kind is only its digest; empty otherwise. */
  readonly clientData: Uint8Array;
}

const digestPrefix = "sha256:";

/**
 * A job type as the core's kind. Kinds have 1 to 255 bytes and no control characters; a type that is another text, or that
 * looks like a digest, is named by its digest and kept beside it.
 */
export function kindFromJobType(jobType: string): CoreJobType {
  if (isKind(jobType)) return { kind: jobType, clientData: new Uint8Array() };
  // Of the JSON text, which says halves of surrogate pairs as well.
  const json = JSON.stringify({ job_type: jobType });
  const digest = createHash("sha256").update(json).digest("hex");
  return { kind: `${digestPrefix}${digest}`, clientData: new TextEncoder().encode(json) };
}

/** Whether the job type has to be read from the client data, which only the larger views of a job have. */
export function needsClientData(kind: string): boolean {
  return kind.startsWith(digestPrefix);
}

/** The job type of a job; one that another client submitted is its kind. */
export function jobTypeOf(spec: Pick<JobSpec, "kind" | "clientData"> | undefined): string {
  if (spec === undefined || !needsClientData(spec.kind)) return spec?.kind ?? "";
  const document = parseJson(spec.clientData);
  const kept = typeof document !== "string" && isJsonObject(document.value) ? document.value.job_type : undefined;
  return typeof kept === "string" ? kept : spec.kind;
}

function isKind(text: string): boolean {
  const bytes = Buffer.byteLength(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  return bytes >= 1 && bytes <= 255 && !/[\u0000-\u001f\u007f\ud800-\udfff]/u.test(text) && !needsClientData(text);
}

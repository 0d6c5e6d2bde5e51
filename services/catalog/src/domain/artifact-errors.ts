import { SwitchyardError } from "@switchyard/errors";
import type { Logger } from "pino";
import type { ArtifactPlace } from "../model/artifact.js";

/** The refusal of an id that no artifact of the namespace has. */
export function artifactNotFound(id: string): SwitchyardError {
  return new SwitchyardError("ARTIFACT_NOT_FOUND", `there is no artifact ${id}`, { artifact_id: id });
}

/** The refusal of a place where no visible artifact stands. */
export function nothingAt({ jobId, attempt, name }: ArtifactPlace): SwitchyardError {
  const metadata = { job_id: jobId, attempt: String(attempt), name };
  return new SwitchyardError(
    "ARTIFACT_NOT_FOUND",
    `attempt ${attempt} of job ${jobId} has no artifact ${name}`,
    metadata,
  );
}

/** The refusal of a name that a visible artifact of the attempt has. */
export function nameTaken({ id, jobId, attempt, name }: ArtifactPlace & { readonly id: string }): SwitchyardError {
  const text = `attempt ${attempt} of job ${jobId} has an artifact ${name} already`;
  return new SwitchyardError("ALREADY_EXISTS", text, { artifact_id: id, name });
}

/** Says what a caller may know when the blob store fails, and tells the operator the rest. */
export function blobStoreFailed(logger: Logger, id: string, cause: unknown): SwitchyardError {
  logger.warn({ err: cause, blob: id }, "the blob store failed");
  return new SwitchyardError(
    "STORAGE_UNAVAILABLE",
    "the store of artifacts does not answer as it should",
    { outcome: "not_written" },
    { cause },
  );
}

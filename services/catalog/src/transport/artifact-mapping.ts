import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  Artifact as ArtifactProto,
  ArtifactSchema,
  DownloadArtifactRequest,
  ListArtifactsRequest,
} from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import type { ArtifactListRequest } from "../domain/list-artifacts.js";
import { timeToParts } from "../domain/time-text.js";
import type { Artifact, ArtifactDraft, ArtifactPlace } from "../model/artifact.js";
import { checkArtifactId, checkArtifactName, checkAttempt, checkLabels, checkPrintable } from "./check-artifact.js";
import { checkName, checkNumber, invalidField } from "./check-request.js";

const defaultPageSize = 100;

/**
 * Reads what an upload says about its file. What the store finds out by itself is not looked at.
 *
 * @throws SwitchyardError INVALID_ARGUMENT with `field`
 */
export function draftFromProto(artifact: ArtifactProto): ArtifactDraft {
  const { namespace, jobId, name, staged } = artifact;
  const attempt = checkAttempt(artifact.attempt, "artifact.attempt", 0);
  if (jobId === "" && attempt !== 0) throw invalidField("artifact.job_id", "is needed for an attempt");
  if (jobId !== "") checkName(jobId, "artifact.job_id");
  if (staged && attempt === 0) throw invalidField("artifact.staged", "needs an attempt, which commits it");
  if (jobId !== "" || name !== "") checkArtifactName(name, "artifact.name");
  return {
    ...{ namespace, jobId, attempt, name, staged },
    contentType: checkPrintable(artifact.contentType, "artifact.content_type", 255),
    // Filled in, since a list takes an empty purpose for every one.
    purpose: checkPrintable(artifact.purpose, "artifact.purpose", 255) || "file",
    labels: checkLabels(artifact.labels, "artifact.labels"),
  };
}

/** Writes an artifact. */
export function artifactToProto(artifact: Artifact): MessageInitShape<typeof ArtifactSchema> {
  const { size, createdAt, labels, ...same } = artifact;
  return { ...same, size: BigInt(size), createTime: timeToParts(createdAt), labels: { ...labels } };
}

/**
 * Reads how a download names its file.
 *
 * @throws SwitchyardError INVALID_ARGUMENT, MALFORMED_ID
 */
export function nameOfDownload({ namespace, by }: DownloadArtifactRequest): { readonly id: string } | ArtifactPlace {
  switch (by.case) {
    case "artifactId":
      return { id: checkArtifactId(by.value, "artifact_id") };
    case "name": {
      const { jobId, attempt, name } = by.value;
      return {
        namespace,
        jobId: checkName(jobId, "name.job_id"),
        attempt: checkAttempt(attempt, "name.attempt", 0),
        name: checkArtifactName(name, "name.name"),
      };
    }
    case undefined:
      throw invalidField("by", "is not set");
  }
}

/**
 * Reads what a list asks for.
 *
 * @throws SwitchyardError INVALID_ARGUMENT with `field`
 */
export function artifactListFromProto(request: ListArtifactsRequest): ArtifactListRequest {
  const { namespace, jobId, purpose, pageSize, pageToken } = request;
  const attempt = checkAttempt(request.attempt, "attempt", 0);
  if (jobId !== "") checkName(jobId, "job_id");
  else if (attempt !== 0) throw invalidField("job_id", "is needed for an attempt");
  checkPrintable(purpose, "purpose", 255);
  return {
    ...{ namespace, jobId, attempt, purpose, pageToken },
    pageSize: pageSize === 0 ? defaultPageSize : checkNumber(pageSize, "page_size", 1, 1_000),
  };
}

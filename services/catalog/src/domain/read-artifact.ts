import { SwitchyardError } from "@switchyard/errors";
import { BlobMissing, type ByteRange } from "@switchyard/blobs";
import type { Artifact } from "../model/artifact.js";
import type { ArtifactDeps } from "./artifact-deps.js";
import { blobStoreFailed } from "./artifact-errors.js";
import { cutPieces } from "./cut-pieces.js";
import { getArtifact } from "./find-artifact.js";

/** Bytes of a piece of a download. */
const pieceBytes = 256 * 1024;

/**
 * The part of a file that a download asks for.
 *
 * @param length bytes at most; 0 is all
 * @throws SwitchyardError INVALID_ARGUMENT when it begins behind the file's end
 */
export function rangeOf(size: number, offset: number, length: number): ByteRange {
  if (offset > size) {
    const metadata = { field: "offset", size: String(size) };
    throw new SwitchyardError(
      "INVALID_ARGUMENT",
      `offset is behind the end of the file, which has ${size} bytes`,
      metadata,
    );
  }
  const left = size - offset;
  return { offset, length: length === 0 ? left : Math.min(length, left) };
}

/**
 * Reads a part of a file in pieces of 256 KiB. It comes whole or the reading fails.
 *
 * @param signal ends the reading, with its reason
 * @throws SwitchyardError ARTIFACT_NOT_FOUND when it was deleted meanwhile, STORAGE_UNAVAILABLE
 */
export async function* readArtifact(
  deps: ArtifactDeps,
  { id, namespace }: Artifact,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (range.length === 0) return;
  try {
    yield* cutPieces(deps.blobs.read(id, range, signal), range.length, pieceBytes);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // Deleted just now: then this says so. Else the bytes are lost, which is nothing to repeat the call for.
    if (error instanceof BlobMissing) await getArtifact(deps.db, namespace, id);
    throw error instanceof BlobMissing ? error : blobStoreFailed(deps.logger, id, error);
  }
}

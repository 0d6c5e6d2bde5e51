import { randomUUID } from "node:crypto";
import { reasonOf, SwitchyardError } from "@switchyard/errors";
import type { Artifact, ArtifactDraft, ByteFacts } from "../model/artifact.js";
import { findArtifactAt } from "../store/find-artifacts.js";
import { doomLooseBlob, noteLooseBlob } from "../store/loose-blobs.js";
import { withStorageErrors } from "../store/storage-error.js";
import type { ArtifactDeps } from "./artifact-deps.js";
import { blobStoreFailed, nameTaken } from "./artifact-errors.js";
import { attachArtifact } from "./attach-artifact.js";
import { meterBytes } from "./meter-bytes.js";

/**
 * Stores a file: a note of its bytes, the bytes, then the artifact. Each is durable before the next begins, so an artifact always has its
 * bytes, and bytes without an artifact have a note by which the reaper finds them.
 *
 * @param signal says when the caller has gone; looked at once the bytes are kept
 * @throws SwitchyardError ALREADY_EXISTS, PAYLOAD_TOO_LARGE, STORAGE_UNAVAILABLE; and whatever `bytes` throws
 */
export async function uploadArtifact(
  deps: ArtifactDeps,
  draft: ArtifactDraft,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Artifact> {
  const { db } = deps;
  await refuseTakenName(deps, draft);
  const id = randomUUID();
  await withStorageErrors(() => noteLooseBlob(db, id));
  try {
    const facts = await keepBytes(deps, id, bytes);
    refuseGone(signal);
    const artifact = await withStorageErrors(() => attachArtifact(db, { ...draft, ...facts, id }));
    if (artifact !== undefined) return artifact;
    throw await tookTooLong(deps, id);
  } catch (error) {
    // Does nothing when the artifact is there after all, as after a lost answer to the commit. Without it the note grows old.
    await doomLooseBlob(db, id).catch(() => undefined);
    throw error;
  }
}

/** Asked before anything is sent, so that nobody sends much in vain; who comes first is decided when the artifact is made. */
async function refuseTakenName({ db }: ArtifactDeps, draft: ArtifactDraft): Promise<void> {
  if (draft.jobId === "") return;
  const present = await withStorageErrors(() => findArtifactAt(db, draft));
  if (present !== undefined && !present.staged) throw nameTaken(present);
}

/**
 * Some clients end a stream in order just before they reset it: what came is a part then, though nothing says so yet. By the time its bytes are on the
 * disk, the reset is known. A server that drains aborts the signal too, and lets uploads finish.
 */
function refuseGone(signal: AbortSignal): void {
  if (signal.aborted && reasonOf(signal.reason) !== "SHUTTING_DOWN") throw signal.reason;
}

async function keepBytes(deps: ArtifactDeps, id: string, bytes: AsyncIterable<Uint8Array>): Promise<ByteFacts> {
  const meter = meterBytes(bytes, deps.maxBytes);
  try {
    await deps.blobs.write(id, meter.bytes);
  } catch (error) {
    const ended = meter.failure();
    throw ended === undefined ? blobStoreFailed(deps.logger, id, error) : ended.error;
  }
  return meter.facts();
}

/** The reaper has given the upload up, and may have looked before the last bytes came: they are nobody's now. */
async function tookTooLong({ blobs, logger }: ArtifactDeps, id: string): Promise<SwitchyardError> {
  await blobs.delete(id).catch((error: unknown) => blobStoreFailed(logger, id, error));
  return new SwitchyardError("STORAGE_UNAVAILABLE", "the upload took too long, and has been collected", {
    outcome: "not_written",
  });
}

import { SwitchyardError } from "@switchyard/errors";
import type { Artifact, UploadArtifactRequest } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { invalidField } from "./check-request.js";

/** Bytes of a piece at most. */
const maxPieceBytes = 1024 * 1024;

/**
 * Takes the messages of an upload apart: the first says what the file is, the others carry its bytes. One message is read at a time, so a
 * slow store makes a slow sender.
 *
 * @param take stores the file; its pieces fail with what is wrong with a message, or when the caller goes
 * @throws SwitchyardError INVALID_ARGUMENT, PAYLOAD_TOO_LARGE
 */
export async function receiveUpload<T>(
  requests: AsyncIterable<UploadArtifactRequest>,
  take: (artifact: Artifact, pieces: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const messages = requests[Symbol.asyncIterator]();
  try {
    const first = await messages.next();
    if (first.done === true || first.value.message.case !== "artifact")
      throw invalidField("artifact", "has to come in the first message");
    return await take(first.value.message.value, piecesOf(messages));
  } finally {
    // Lets a producer in this process clean up. Not waited for: it may be in the middle of something of its own.
    void messages.return?.().catch(() => undefined);
  }
}

async function* piecesOf(messages: AsyncIterator<UploadArtifactRequest>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
    const { message } = next.value;
    if (message.case === "artifact") throw invalidField("artifact", "comes for the second time");
    if (message.case === undefined) throw invalidField("message", "is not set");
    if (message.value.length > maxPieceBytes) {
      const limit = String(maxPieceBytes);
      throw new SwitchyardError("PAYLOAD_TOO_LARGE", `data has more than ${limit} bytes`, { field: "data", limit });
    }
    if (message.value.length > 0) yield message.value;
  }
}

import type { AttemptArtifact, UploadArtifactRequest } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { invalid } from "./checks.js";

/**
 * Takes the messages of an upload apart: the first says what the file is, the others carry its bytes. One message is read at a time, so a slow store makes a
 * slow sender.
 *
 * @throws SwitchyardError INVALID_ARGUMENT
 */
export async function receiveArtifact<T>(
  requests: AsyncIterable<UploadArtifactRequest>,
  take: (facts: AttemptArtifact, pieces: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const messages = requests[Symbol.asyncIterator]();
  try {
    const first = await messages.next();
    if (first.done === true || first.value.message.case !== "artifact")
      throw invalid("artifact", "has to come in the first message");
    return await take(first.value.message.value, piecesOf(messages));
  } finally {
    // Lets a producer in this process clean up. Not waited for: it may be in the middle of something of its own.
    void messages.return?.().catch(() => undefined);
  }
}

/** The bytes of the following messages; how large a piece may be is the catalog's to say. */
async function* piecesOf(messages: AsyncIterator<UploadArtifactRequest>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
    const { message } = next.value;
    if (message.case === "artifact") throw invalid("artifact", "comes for the second time");
    if (message.case === undefined) throw invalid("message", "is not set");
    yield message.value;
  }
}

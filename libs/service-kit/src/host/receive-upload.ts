import { SwitchyardError } from "@switchyard/errors";

/** A message of an upload: facts about the file, or its next bytes. */
export interface UploadMessage {
  readonly message:
    | { readonly case: "artifact"; readonly value: object }
    | { readonly case: "data"; readonly value: Uint8Array }
    | { readonly case: undefined; readonly value?: undefined };
}

/** What the first message of an upload says. */
export type UploadFacts<Message extends UploadMessage> = Extract<
  Message["message"],
  { readonly case: "artifact" }
>["value"];

/** Bytes of a piece at most. */
const maxPieceBytes = 1024 * 1024;

/**
 * Takes the messages of an upload apart: the first says what the file is, the others carry its bytes. One message is read at a time, so a
 * slow store makes a slow sender.
 *
 * @param take stores the file; its pieces fail with what is wrong with a message, or when the caller goes
 * @throws SwitchyardError INVALID_ARGUMENT, PAYLOAD_TOO_LARGE
 */
export async function receiveUpload<Message extends UploadMessage, T>(
  requests: AsyncIterable<Message>,
  take: (facts: UploadFacts<Message>, pieces: AsyncIterable<Uint8Array>) => Promise<T>,
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

async function* piecesOf(messages: AsyncIterator<UploadMessage>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
    const { message } = next.value;
    if (message.case === "artifact") throw invalid("artifact", "comes for the second time");
    if (message.case === undefined) throw invalid("message", "is not set");
    if (message.value.length > maxPieceBytes) {
      const limit = String(maxPieceBytes);
      throw new SwitchyardError("PAYLOAD_TOO_LARGE", `data has more than ${limit} bytes`, { field: "data", limit });
    }
    if (message.value.length > 0) yield message.value;
  }
}

function invalid(field: string, text: string): SwitchyardError {
  return new SwitchyardError("INVALID_ARGUMENT", `${field} ${text}`, { field });
}

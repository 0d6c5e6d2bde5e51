import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  UploadArtifactRequest,
  UploadArtifactRequestSchema,
} from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import type { Core } from "../core-access.js";
import type { Run } from "../runs/find-run.js";

/** A file that has been stored and that nobody sees yet. */
export interface StagedFile {
  readonly id: string;
  readonly name: string;
}

/** What a file is. */
export interface FileFacts {
  readonly name: string;
  readonly mediaType: string;
  readonly purpose: string;
}

/** The core's limit of a piece is 1 MiB; what comes in small pieces is sent in larger ones. */
const pieceBytes = 256 * 1024;

type Message = Exclude<MessageInitShape<typeof UploadArtifactRequestSchema>, UploadArtifactRequest>;

/** Stores a file of a run as its bytes come; it is seen once the end of the run names it. */
export async function uploadFile(
  { core, config: { namespace } }: Core,
  { job, attempt }: Run,
  { name, mediaType, purpose }: FileFacts,
  bytes: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  async function* messages(): AsyncGenerator<Message> {
    const facts = { namespace, jobId: job.id, attempt: attempt.number, name, contentType: mediaType, purpose };
    yield { message: { case: "artifact", value: { ...facts, staged: true } } };
    for await (const data of inPieces(bytes)) yield { message: { case: "data", value: data } };
  }
  const { artifact } = await core.artifacts.uploadArtifact(messages());
  if (artifact === undefined) throw new Error("the catalog answered an upload without its file");
  return { id: artifact.id, name };
}

/** Joins small pieces and cuts large ones. */
export async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    held.push(chunk);
    size += chunk.length;
    if (size < pieceBytes) continue;
    const joined = Buffer.concat(held);
    let from = 0;
    for (; joined.length - from >= pieceBytes; from += pieceBytes) yield joined.subarray(from, from + pieceBytes);
    held = from < joined.length ? [joined.subarray(from)] : [];
    size = joined.length - from;
  }
  if (size > 0) yield Buffer.concat(held);
}

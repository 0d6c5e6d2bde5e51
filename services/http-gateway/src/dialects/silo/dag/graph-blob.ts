import { randomUUID } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { reasonOf } from "@switchyard/errors";
import type { UploadArtifactRequestSchema } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import type { CoreClients } from "../../../core/clients.js";

type Artifacts = Pick<CoreClients, "artifacts">;

/** The catalog's limit for one piece. */
const pieceBytes = 1024 ** 2;
/** Deadline of moving one graph, at most some 20 MiB, in milliseconds. */
const timeoutMs = 60_000;

/** Keeps a text as a blob, which is a file without a job. Returns its id. */
export async function putBlob({ artifacts }: Artifacts, namespace: string, text: string): Promise<string> {
  const { artifact } = await artifacts.uploadArtifact(pieces(namespace, Buffer.from(text)), { timeoutMs });
  if (artifact === undefined) throw new Error("the catalog took a blob and answered without it");
  return artifact.id;
}

/** Reads a blob; undefined when it is gone. */
export async function getBlob(
  { artifacts }: Artifacts,
  namespace: string,
  artifactId: string,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  const by = { case: "artifactId" as const, value: artifactId };
  try {
    for await (const { data } of artifacts.downloadArtifact({ namespace, by }, { timeoutMs })) chunks.push(data);
  } catch (error) {
    if (reasonOf(error) === "ARTIFACT_NOT_FOUND") return undefined;
    throw error;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Deletes blobs; one that is not there is no error. */
export async function deleteBlob({ artifacts }: Artifacts, namespace: string, artifactId: string): Promise<void> {
  await artifacts.deleteArtifacts({ namespace, artifactIds: [artifactId] });
}

async function* pieces(
  namespace: string,
  bytes: Uint8Array,
): AsyncGenerator<MessageInitShape<typeof UploadArtifactRequestSchema>> {
  const artifact = { namespace, name: `${randomUUID()}.json`, contentType: "application/json", purpose: "blob" };
  yield { message: { case: "artifact", value: artifact } };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield { message: { case: "data", value: bytes.subarray(at, at + pieceBytes) } };
  }
}

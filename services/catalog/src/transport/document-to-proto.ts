import type { MessageInitShape } from "@bufbuild/protobuf";
import type { DocumentSchema } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import { timeToParts } from "../domain/time-text.js";
import type { Document } from "../model/document.js";

/** Writes a document. */
export function documentToProto(
  namespace: string,
  collection: string,
  document: Document,
): MessageInitShape<typeof DocumentSchema> {
  const { key, body, revision, number, createdAt, updatedAt, expiresAt } = document;
  return {
    namespace,
    collection,
    key,
    ...(body === undefined ? {} : { body: Buffer.from(body, "utf8") }),
    revision: BigInt(revision),
    number: BigInt(number),
    createTime: timeToParts(createdAt),
    updateTime: timeToParts(updatedAt),
    ...(expiresAt === null ? {} : { expireTime: timeToParts(expiresAt) }),
  };
}

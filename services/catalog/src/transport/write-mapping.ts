import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  DocumentWrite as DocumentWriteProto,
  Expectation as ExpectationProto,
  WriteResultSchema,
} from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { DocumentWrite, Expectation, Operation, WriteResult } from "../domain/document-write.js";
import { parseJson, readJsonText } from "../domain/json-text.js";
import { checkCount, checkKey, checkName, invalidField, readTime } from "./check-request.js";

/** Expected members of one write at most. */
const maxExpectedFields = 64;

/**
 * Reads the writes of a batch.
 *
 * @throws SwitchyardError INVALID_ARGUMENT or PAYLOAD_TOO_LARGE with `field`
 */
export function writesFromProto(writes: readonly DocumentWriteProto[]): readonly DocumentWrite[] {
  checkCount(writes.length, "writes", 1, 1_000);
  return writes.map((write, index) => {
    const place = `writes[${index}]`;
    return {
      collection: checkName(write.collection, `${place}.collection`),
      key: checkKey(write.key, `${place}.key`),
      operation: operationFromProto(write.operation, place),
      expect: expectationFromProto(write.expect, `${place}.expect`),
    };
  });
}

/** Writes the result of one write. */
export function writeResultToProto({
  revision,
  number,
  created,
  changed,
}: WriteResult): MessageInitShape<typeof WriteResultSchema> {
  return { revision: BigInt(revision), number: BigInt(number), created, changed };
}

function operationFromProto(operation: DocumentWriteProto["operation"], place: string): Operation {
  switch (operation.case) {
    case "put": {
      const { body, expireTime, keepRevisionIfEqual } = operation.value;
      const text = readJsonText(body, `${place}.put.body`);
      const expiresAt = expireTime === undefined ? null : readTime(expireTime, `${place}.put.expire_time`);
      return { kind: "put", body: text, expiresAt, keepRevisionIfEqual };
    }
    case "patch": {
      const { mergePatch, upsert } = operation.value;
      return { kind: "patch", patch: readJsonText(mergePatch, `${place}.patch.merge_patch`), upsert };
    }
    case "delete":
      return { kind: "delete" };
    case undefined:
      throw invalidField(`${place}.operation`, "is not set");
  }
}

function expectationFromProto(expect: ExpectationProto | undefined, place: string): Expectation {
  if (expect === undefined) return { absent: false, present: false, fields: new Map() };
  const { revision, absent, present } = expect;
  const members = Object.entries(expect.fields);
  checkCount(members.length, `${place}.fields`, 0, maxExpectedFields);
  if (absent && (present || revision !== undefined || members.length > 0)) {
    throw invalidField(`${place}.absent`, "excludes the other expectations");
  }
  const fields = members.map(([path, text]): [string, unknown] => {
    if (path === "") throw invalidField(`${place}.fields`, "has an empty place");
    return [path, parseJson(text, `${place}.fields[${path}]`)];
  });
  return {
    absent,
    present,
    fields: new Map(fields),
    ...(revision === undefined ? {} : { revision: Number(revision) }),
  };
}

import { create } from "@bufbuild/protobuf";
import { fromConnectError } from "@switchyard/errors";
import {
  ArtifactSchema,
  type UploadArtifactRequest,
  UploadArtifactRequestSchema,
} from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { eventually } from "@switchyard/testkit";
import { expect, test } from "vitest";
import { receiveUpload } from "./receive-upload.js";

const head = create(UploadArtifactRequestSchema, {
  message: { case: "artifact", value: create(ArtifactSchema, { name: "f" }) },
});
const data = (bytes: number) =>
  create(UploadArtifactRequestSchema, { message: { case: "data", value: new Uint8Array(bytes) } });

/** Messages of a producer that notes when it is let go. */
function producer(...messages: UploadArtifactRequest[]) {
  const state = { given: 0, ended: false };
  const requests = (async function* () {
    try {
      for (const message of messages) {
        state.given++;
        yield message;
      }
    } finally {
      state.ended = true;
    }
  })();
  return { state, requests };
}

async function sizesOf(requests: AsyncIterable<UploadArtifactRequest>): Promise<number[]> {
  return receiveUpload(requests, async (_, pieces) => {
    const sizes: number[] = [];
    for await (const piece of pieces) sizes.push(piece.length);
    return sizes;
  });
}

test("the first message says what it is, the others carry bytes; empty pieces are dropped", async () => {
  const { requests } = producer(head, data(2), data(0), data(1024 * 1024));
  expect(await sizesOf(requests)).toEqual([2, 1024 * 1024]);
  expect(await receiveUpload(producer(head).requests, async ({ name }) => name)).toBe("f");
});

test("no more is asked for than is taken", async () => {
  const { state, requests } = producer(head, data(1), data(1), data(1));
  await receiveUpload(requests, async (_, pieces) => {
    await pieces[Symbol.asyncIterator]().next();
    expect(state.given).toBe(2);
  });
  await eventually(() => expect(state).toEqual({ given: 2, ended: true }));
});

test.each([
  ["nothing at all", [], "artifact", "INVALID_ARGUMENT"],
  ["bytes first", [data(1)], "artifact", "INVALID_ARGUMENT"],
  ["an empty message first", [create(UploadArtifactRequestSchema)], "artifact", "INVALID_ARGUMENT"],
  ["an empty message later", [head, create(UploadArtifactRequestSchema)], "message", "INVALID_ARGUMENT"],
  ["facts twice", [head, data(1), head], "artifact", "INVALID_ARGUMENT"],
  ["a large piece", [head, data(1024 * 1024 + 1)], "data", "PAYLOAD_TOO_LARGE"],
])("%s is refused, and the producer let go", async (_, messages, field, reason) => {
  const { state, requests } = producer(...messages);
  const refusal = await sizesOf(requests).catch(fromConnectError);
  expect(refusal).toMatchObject({ reason, metadata: { field } });
  await eventually(() => expect(state.ended).toBe(true));
});

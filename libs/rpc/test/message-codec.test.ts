import { create, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { SyncRunnerRequestSchema } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { JobOrderSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmitJobsRequestSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codecOf } from "../src/codec/compile-codec.js";
import { completeMessage, deserializer, MalformedMessage, serializer, shareMessage } from "../src/message-codec.js";
import { contractMessages, initOf } from "./messages.js";

const runs = { numRuns: 6 };
const bytesOf = (desc: DescMessage, init: Record<string, unknown>) => Buffer.from(toBinary(desc, create(desc, init)));

function read(desc: DescMessage, bytes: Uint8Array) {
  const message = deserializer(desc)(Buffer.from(bytes));
  if (message instanceof MalformedMessage) throw message.cause;
  return message;
}

describe("of every message of the contracts", () => {
  test("there is a compiled codec", () => {
    expect(contractMessages.length).toBeGreaterThan(130);
    expect(contractMessages.filter((desc) => codecOf(desc) === undefined).map(({ typeName }) => typeName)).toEqual([]);
  });

  test.each(contractMessages.map((desc) => [desc.typeName, desc] as const))(
    "%s is written, read and completed as by protobuf-es",
    (_, desc) => {
      fc.assert(
        fc.property(initOf(desc), (init) => {
          const bytes = bytesOf(desc, init);
          expect(serializer(desc)(init)).toEqual(bytes);
          expect(read(desc, bytes)).toEqual(fromBinary(desc, bytes));
          expect(completeMessage(desc, init)).toEqual(create(desc, init));
        }),
        runs,
      );
    },
  );
});

test("parts of a message that come one after the other are joined as by protobuf-es", () => {
  fc.assert(
    fc.property(initOf(SubmitJobsRequestSchema), initOf(SubmitJobsRequestSchema), (a, b) => {
      const bytes = Buffer.concat([bytesOf(SubmitJobsRequestSchema, a), bytesOf(SubmitJobsRequestSchema, b)]);
      expect(read(SubmitJobsRequestSchema, bytes)).toEqual(fromBinary(SubmitJobsRequestSchema, bytes));
    }),
    runs,
  );
  fc.assert(
    fc.property(initOf(JobOrderSchema), initOf(JobOrderSchema), (a, b) => {
      const bytes = Buffer.concat([bytesOf(JobOrderSchema, a), bytesOf(JobOrderSchema, b)]);
      expect(read(JobOrderSchema, bytes)).toEqual(fromBinary(JobOrderSchema, bytes));
    }),
    runs,
  );
});

test("fields that are not known are kept and written again", () => {
  const known = bytesOf(AttemptRefSchema, { jobId: "a", by: { case: "attempt", value: 1 } });
  const unknown = new BinaryWriter()
    .tag(1_000, WireType.Varint)
    .int64(-1n)
    .tag(1_001, WireType.Bit64)
    .double(1.5)
    .tag(1_002, WireType.LengthDelimited)
    .bytes(Buffer.from("abc"))
    .tag(1_003, WireType.StartGroup)
    .tag(1, WireType.Varint)
    .uint32(7)
    .tag(1_003, WireType.EndGroup)
    .tag(536_870_911, WireType.Bit32)
    .fixed32(5)
    .finish();
  const bytes = Buffer.concat([known, unknown]);
  const message = read(AttemptRefSchema, bytes);
  expect(message).toEqual(fromBinary(AttemptRefSchema, bytes));
  expect(serializer(AttemptRefSchema)(message)).toEqual(bytes);
});

test("a field with another wire type than its own is unknown", () => {
  const bytes = new BinaryWriter().tag(1, WireType.Varint).uint32(7).finish();
  expect(read(AttemptRefSchema, bytes)).toMatchObject({ jobId: "", $unknown: [{ no: 1, wireType: WireType.Varint }] });
});

test("what is cut off or broken is malformed, and nothing worse", () => {
  fc.assert(
    fc.property(initOf(SyncRunnerRequestSchema), fc.nat(), (init, at) => {
      const bytes = bytesOf(SyncRunnerRequestSchema, { ...init, runnerId: "runner", hold: { seconds: 1n } });
      const cut = bytes.subarray(0, at % bytes.length);
      const message = deserializer(SyncRunnerRequestSchema)(cut);
      // A cut between two fields leaves a whole message.
      if (!(message instanceof MalformedMessage)) expect(message).toEqual(fromBinary(SyncRunnerRequestSchema, cut));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      deserializer(SubmitJobsRequestSchema)(Buffer.from(bytes));
    }),
    { numRuns: 2_000 },
  );
  const tooLong = [0x0a, 0x05, 0x61];
  const lyingLength = [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f];
  const endlessVarint = [0x10, ...new Array<number>(11).fill(0xff)];
  const noUtf8 = [0x0a, 0x01, 0xff];
  const numberZero = [0x00, 0x00];
  const openGroup = [0x1b];
  const reachesOut = [
    ...new BinaryWriter()
      .tag(3, WireType.LengthDelimited)
      .bytes(Buffer.from([0x0a, 0x02, 0x61]))
      .finish(),
    0x0a,
    0x00,
  ];
  for (const bytes of [tooLong, lyingLength, endlessVarint, noUtf8, numberZero, openGroup]) {
    expect(deserializer(AttemptRefSchema)(Buffer.from(bytes))).toBeInstanceOf(MalformedMessage);
  }
  expect(deserializer(SubmitJobsRequestSchema)(Buffer.from(reachesOut))).toBeInstanceOf(MalformedMessage);
});

test("a value that its type cannot hold is refused, and the next message is none the worse", () => {
  const write = serializer(AttemptRefSchema);
  for (const value of [-1, 1.5, Number.NaN, 2 ** 32, "1"]) {
    expect(() => write({ jobId: "a", by: { case: "attempt", value } } as never)).toThrow();
  }
  expect(() => write({ jobId: 1 } as never)).toThrow(TypeError);
  expect(() => serializer(SyncRunnerRequestSchema)({ receivedRevision: 2n ** 63n } as never)).toThrow(RangeError);
  expect(write({ jobId: "a" } as never)).toEqual(Buffer.from([0x0a, 0x01, 0x61]));
});

test("names that are the same in every item of a batch are one text, and texts of equal length are told apart", () => {
  const items = ["aa", "aa", "ab", "äa", "aa"].map((kind) => ({ spec: { kind } }));
  const message = read(SubmitJobsRequestSchema, bytesOf(SubmitJobsRequestSchema, { items }));
  expect(message).toEqual(create(SubmitJobsRequestSchema, { items }));
});

test("what no contract uses goes through protobuf-es", () => {
  const text = { value: "x" };
  expect(codecOf(StringValueSchema)).toBeUndefined();
  expect(codecOf(FileDescriptorProtoSchema)).toBeUndefined();
  expect(read(StringValueSchema, serializer(StringValueSchema)(text as never))).toEqual(
    create(StringValueSchema, text),
  );
  expect(completeMessage(StringValueSchema, text as never)).toEqual(create(StringValueSchema, text));
});

test("a message that is shared is written once, and always in the bytes of its own", () => {
  const shared = shareMessage(create(AttemptRefSchema, { jobId: "a" }));
  const other = create(AttemptRefSchema, { jobId: "b" });
  const write = serializer(AttemptRefSchema);
  const first = write(shared);
  expect(write(other)).toEqual(bytesOf(AttemptRefSchema, { jobId: "b" }));
  expect(write(shared)).toBe(first);
  expect(first).toEqual(bytesOf(AttemptRefSchema, { jobId: "a" }));
});

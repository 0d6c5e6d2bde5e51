import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { expect, it } from "vitest";
import { createJobIdCodec } from "../ids/job-id.js";
import { requestFromTick } from "./schedule-spec.js";

it("ticks are in no trace: that of the schedule's making would never end", () => {
  const traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const spec = toBinary(JobSpecSchema, create(JobSpecSchema, { kind: "k", traceParent }));
  const ids = createJobIdCodec(Buffer.alloc(16), "ns");
  const { body } = requestFromTick(spec, "nightly", 0, { ids, now: 0 });
  const extras = fromBinary(JobSpecSchema, body.extras ?? new Uint8Array());
  expect(extras).toMatchObject({ labels: { schedule: "nightly" }, traceParent: "" });
});

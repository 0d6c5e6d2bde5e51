import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { CreateTokenRequestSchema } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { StreamAppendSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { DeleteJobsRequestSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { CreateScheduleRequestSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { expect, it } from "vitest";
import { namesIn } from "./audit-names.js";

const names = <Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>) =>
  namesIn(schema, create(schema, init));

it("finds names and ids, also within messages, and the namespace wherever it is", () => {
  expect(names(CreateTokenRequestSchema, { grant: { name: "ci", namespaces: ["a", "b"] } })).toEqual({
    namespace: undefined,
    ids: { "grant.name": "ci", "grant.namespaces": ["a", "b"] },
  });
  const spec = { kind: "build", input: { data: new TextEncoder().encode("hidden") } };
  expect(names(CreateScheduleRequestSchema, { schedule: { namespace: "a", name: "nightly", spec } })).toMatchObject({
    namespace: "a",
    ids: { "schedule.name": "nightly" },
  });
});

it("cuts long lists and long texts", () => {
  const jobIds = Array.from({ length: 500 }, (_, number) => `${number}`.padEnd(1_000, "x"));
  const { ids } = names(DeleteJobsRequestSchema, { namespace: "a", jobIds });
  expect(ids["job_ids"]).toHaveLength(20);
  expect(ids["job_ids"]?.[0]).toHaveLength(200);
});

it("leaves out payloads and secrets", () => {
  const content = { case: "text" as const, value: { lines: new TextEncoder().encode("hidden") } };
  const found = names(StreamAppendSchema, { jobId: "j", secrets: ["hidden"], append: { stream: "s", content } });
  expect(found.ids).toEqual({ job_id: "j", "append.stream": "s" });
});

it("says nothing about requests that come as a stream", () => {
  expect(namesIn(DeleteJobsRequestSchema, undefined)).toEqual({ namespace: undefined, ids: {} });
});

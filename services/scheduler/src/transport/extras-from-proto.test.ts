import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { JobSpecSchema, RetentionClass } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { expect, test } from "vitest";
import { extrasFromProto } from "./extras-from-proto.js";

type Init = MessageInitShape<typeof JobSpecSchema>;
const specOf = (init: Init) => create(JobSpecSchema, { kind: "k", queue: "q", ...(init as object) });
const base: Init = { labels: { a: "1", b: "2" }, concurrencyKeys: ["x"], submitter: "me" };

test("says nothing for a job that has nothing of it", () => {
  const spec = specOf({ subject: "s", input: { data: new Uint8Array(1) }, requiredLabels: { gpu: "" } });
  expect(extrasFromProto(spec, undefined, undefined, "")).toBeUndefined();
});

test("neighbours that say the same share one value, whatever else they say", () => {
  const before = specOf({ ...(base as object), subject: "one" });
  const extras = extrasFromProto(before, undefined, undefined, "");
  const { labels, concurrencyKeys, submitter, kind } = fromBinary(JobSpecSchema, extras ?? new Uint8Array());
  expect({ labels, concurrencyKeys, submitter, kind }).toEqual({ ...base, kind: "" });
  const same = specOf({ ...(base as object), labels: { b: "2", a: "1" }, subject: "other" });
  expect(extrasFromProto(same, before, extras, "")).toBe(extras);
});

const others: readonly Init[] = [
  { labels: { a: "1" } },
  { labels: { a: "1", b: "2", c: "3" } },
  { labels: { a: "1", c: "2" } },
  { labels: { a: "1", b: "3" } },
  { concurrencyKeys: ["x", "y"] },
  { concurrencyKeys: ["y"] },
  { rateKeys: ["x"] },
  { secretNames: ["x"] },
  { fairnessKey: "f" },
  { submitter: "you" },
  { retention: RetentionClass.KEEP },
  { clientData: new Uint8Array([1]) },
  { resumeFrom: "id" },
  { dependencies: [{ parent: { case: "item", value: 0 } }] },
  { reuse: { states: [ReuseState.ACTIVE], key: "r" } },
];

test.each(others)("a neighbour that says otherwise has a value of its own: %j", (other) => {
  const changed = specOf({ ...(base as object), ...(other as object) });
  const extras = extrasFromProto(specOf(base), undefined, undefined, "");
  const own = extrasFromProto(changed, specOf(base), extras, "");
  expect(own).toEqual(extrasFromProto(changed, undefined, undefined, ""));
  expect(own).not.toEqual(extras);
  expect(extrasFromProto(specOf(base), changed, own, "")).toEqual(extras);
});

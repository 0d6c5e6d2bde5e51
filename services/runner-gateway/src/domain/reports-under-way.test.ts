import { create } from "@bufbuild/protobuf";
import { AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { expect, it } from "vitest";
import { ReportsUnderWay } from "./reports-under-way.js";

const named = (jobId: string) => create(AttemptRefSchema, { jobId, by: { case: "attempt", value: 1 } });
const report = (jobId: string, what: "start" | "outcome" = "outcome") => ({
  ...{ namespace: "ns", runnerId: "r1", attempt: named(jobId), report: { case: what, value: {} } },
});

it("tells when the reports that end an attempt are answered", async () => {
  const underWay = new ReportsUnderWay();
  const answered = [underWay.begin([report("a")]), underWay.begin([report("b"), report("c")])];
  const ending = underWay.ending("ns", "r1", [named("a"), named("c")]);
  let isOver = false;
  void ending?.then(() => {
    isOver = true;
  });
  answered[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  answered[1]?.();
  await ending;
  expect(underWay.ending("ns", "r1", [named("a")])).toBeUndefined();
});

it("knows of nothing to wait for: other attempts, other runners, a start", () => {
  const underWay = new ReportsUnderWay();
  underWay.begin([report("a"), report("b", "start")]);
  expect(underWay.ending("ns", "r1", [named("b")])).toBeUndefined();
  expect(underWay.ending("ns", "r2", [named("a")])).toBeUndefined();
  expect(underWay.ending("ns", "r1", [])).toBeUndefined();
});

import { create } from "@bufbuild/protobuf";
import { AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { RunnerRenewalResultSchema } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { expect, it } from "vitest";
import { MergedRenewal } from "./merged-renewal.js";
import type { RenewalNeed } from "./renewal-need.js";

const attempt = (jobId: string) => create(AttemptRefSchema, { jobId, by: { case: "attempt", value: 1 } });
const need = (more: Partial<RenewalNeed> = {}): RenewalNeed => ({ namespace: "ns", runnerId: "r1", ...more });

it("joins equal and partial needs into one entry, and gives each its own statuses", () => {
  const first = need({ attempts: [attempt("a"), attempt("b")] });
  const second = need({ attempts: [attempt("b"), attempt("c")], presenceMs: 1_000 });
  const merged = new MergedRenewal(first);
  expect(merged.tryAdd(second)).toBe(true);
  expect(merged.tryAdd(need({ presenceMs: 500, wantRevoked: true }))).toBe(true);
  expect(merged.toRequest()).toMatchObject({ presence: { seconds: 1n }, wantRevoked: true, complete: false });
  expect(merged.toRequest().attempts?.map((ref) => ref.jobId)).toEqual(["a", "b", "c"]);
  const result = create(RunnerRenewalResultSchema, {
    statuses: ["a", "b", "c"].map((jobId) => ({ jobId })),
    revoked: [{ jobId: "x" }],
  });
  const answer = merged.answer(second, result, 7);
  expect(answer.statuses.map(({ jobId }) => jobId)).toEqual(["b", "c"]);
  expect([answer.sentMs, answer.revoked]).toEqual([7, []]);
});

it("never adds a name to a full set, nor a full set that lacks a name", () => {
  const full = need({ attempts: [attempt("a")], complete: true });
  expect(new MergedRenewal(full).tryAdd(need({ attempts: [attempt("b")] }))).toBe(false);
  expect(new MergedRenewal(full).tryAdd(need({ attempts: [attempt("a")] }))).toBe(true);
  expect(new MergedRenewal(full).tryAdd(need({ attempts: [attempt("a")], complete: true }))).toBe(true);
  expect(new MergedRenewal(full).tryAdd(need({ attempts: [], complete: true }))).toBe(false);
  expect(new MergedRenewal(need({ attempts: [attempt("b")] })).tryAdd(full)).toBe(false);
});

it("keeps a leave and other lease lengths apart", () => {
  expect(new MergedRenewal(need({ leave: true })).tryAdd(need())).toBe(false);
  expect(new MergedRenewal(need()).tryAdd(need({ leave: true }))).toBe(false);
});

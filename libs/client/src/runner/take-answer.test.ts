import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { SyncRunnerResponseSchema } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { LeaseSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { HoldMode } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { expect, test } from "vitest";
import { createLeaseTable } from "./lease-table.js";
import { takeAnswer } from "./take-answer.js";

const lease = (jobId: string, claimedAt?: number, hold = HoldMode.ATTEMPT) =>
  create(LeaseSchema, {
    ...{ jobId, attempt: 1, hold, timeToLive: durationFromMs(30_000) },
    ...(claimedAt === undefined ? {} : { claimTime: timestampFromMs(claimedAt) }),
  });

function setup() {
  const table = createLeaseTable(() => 0);
  const answer = (leases: ReturnType<typeof lease>[], sentAt = 0) => {
    const response = create(SyncRunnerResponseSchema, { leases, timeToLive: durationFromMs(30_000) });
    const { taken, regranted, news } = takeAnswer(table, response, sentAt, []);
    for (const { attempt } of taken) table.add(attempt);
    return { taken: taken.map(({ attempt }) => attempt.jobId), regranted: regranted.map(({ jobId }) => jobId), news };
  };
  const find = (key: string) => table.find(key) as NonNullable<ReturnType<typeof table.find>>;
  return { table, answer, find };
}

test.each([
  ["with", 1_000],
  ["without", undefined],
])("a lease that is stated again is not new, be it held, reported or given up (%s claim times)", (_, claimedAt) => {
  const { table, answer, find } = setup();
  const all = [lease("held", claimedAt), lease("reported", claimedAt), lease("lost", claimedAt)];
  expect(answer(all)).toEqual({ taken: ["held", "reported", "lost"], regranted: [], news: true });
  table.remove(find("reported"));
  find("lost").lose("LEASE_LOST");
  table.remove(find("lost"));
  expect(answer(all)).toEqual({ taken: [], regranted: ["lost"], news: true });
  expect(answer([lease("held", claimedAt)])).toEqual({ taken: [], regranted: [], news: false });
});

test("a lease that was claimed before the youngest one may still be new", () => {
  const { answer } = setup();
  expect(answer([lease("b", 2_000), lease("a", 1_000)]).taken).toEqual(["b", "a"]);
  expect(answer([lease("c", 1_500), lease("a", 1_000), lease("d", 3_000)]).taken).toEqual(["c", "d"]);
  expect(answer([lease("d", 3_000), lease("c", 1_500)]).taken).toEqual([]);
});

test("every answer renews what is held by presence, until it is removed", () => {
  const { table, answer, find } = setup();
  answer([lease("leased", 1), lease("present", 1, HoldMode.RUNNER)]);
  const present = find("present");
  answer([], 5_000);
  expect([find("leased").expiresAt, present.expiresAt]).toEqual([30_000, 35_000]);
  table.remove(present);
  answer([], 10_000);
  expect(present.expiresAt).toBe(35_000);
});

import { Code, ConnectError } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createInMemoryTransport, route } from "@switchyard/rpc";
import { expect, test } from "vitest";
import { createSwitchyardClient } from "../src/index.js";

/** A scheduler that fails as often as it is told to, in every call. */
function setup(failures: number, error: () => Error, repeatReads?: boolean) {
  const calls: string[] = [];
  const left = { failures };
  const fail = (name: string) => {
    calls.push(name);
    if (left.failures-- > 0) throw error();
    return {};
  };
  const transport = createInMemoryTransport({
    routes: [route(JobService, { getJob: () => fail("get"), cancelJobs: () => fail("cancel") })],
  });
  const client = createSwitchyardClient({ transport, ...(repeatReads !== undefined && { repeatReads }) });
  return { calls, jobs: client.jobs };
}

const lost = () => new SwitchyardError("SHARD_LOST", "lost");

test("a read is repeated until it is answered", async () => {
  const { calls, jobs } = setup(3, lost);
  expect((await jobs.getJob({})).job).toBeUndefined();
  expect(calls).toEqual(["get", "get", "get", "get"]);
});

test.each([
  ["an error that no repeat mends", () => new SwitchyardError("JOB_NOT_FOUND", "none"), true],
  [
    "a limit, of which the caller must hear",
    () => new SwitchyardError("RATE_LIMITED", "slow", {}, { retryAfterMs: 60_000 }),
    true,
  ],
  ["a client that wants no repeats", lost, false],
])("a read is made once after %s", async (_, error, repeats) => {
  const { calls, jobs } = setup(1, error, repeats);
  await expect(jobs.getJob({})).rejects.toThrow(ConnectError);
  expect(calls).toEqual(["get"]);
});

test("what writes is made once", async () => {
  const { calls, jobs } = setup(1, lost);
  await expect(jobs.cancelJobs({})).rejects.toMatchObject({ code: Code.Unavailable });
  expect(calls).toEqual(["cancel"]);
});

test("a read that fails again and again fails as the service said, when its own time is up", async () => {
  const { calls, jobs } = setup(Number.POSITIVE_INFINITY, lost);
  await expect(jobs.getJob({}, { timeoutMs: 150 })).rejects.toThrow(ConnectError);
  expect(calls.length).toBeGreaterThan(1);
});

test("a signal ends the repeats", async () => {
  const { jobs } = setup(Number.POSITIVE_INFINITY, lost);
  const stop = new AbortController();
  const read = jobs.getJob({}, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("enough")), 30);
  await expect(read).rejects.toThrow("enough");
});

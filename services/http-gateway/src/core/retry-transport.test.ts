import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createClient, createInMemoryTransport, route } from "@switchyard/rpc";
import { type Reason, reasonOf, SwitchyardError } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { withRetries } from "./retry-transport.js";

/** A service that fails so many times before it answers, and how often it was called. */
function failing(reason: Reason, times: number) {
  const calls = { count: 0 };
  const answer = () => {
    calls.count += 1;
    if (calls.count <= times) throw new SwitchyardError(reason);
    return {};
  };
  const routes = [route(JobService, { listJobs: answer, cancelJobs: answer })];
  return { calls, jobs: createClient(JobService, withRetries(createInMemoryTransport({ routes }))) };
}

describe("withRetries", () => {
  it("waits for a new owner", async () => {
    const { calls, jobs } = failing("OWNER_UNKNOWN", 2);
    await jobs.listJobs({});
    expect(calls.count).toBe(3);
  });

  it("repeats whatever a replica refused that does not own the shard", async () => {
    const { calls, jobs } = failing("NOT_OWNER", 1);
    await jobs.cancelJobs({});
    expect(calls.count).toBe(2);
  });

  it("gives up in the end", async () => {
    const { calls, jobs } = failing("SHARD_LOST", 99);
    expect(await jobs.listJobs({}).catch(reasonOf)).toBe("SHARD_LOST");
    expect(calls.count).toBe(5);
  });

  it.each([
    ["a call whose effect may not come twice", "SHARD_LOST", "cancelJobs"],
    ["a refusal", "INVALID_ARGUMENT", "listJobs"],
    ["a limit", "RATE_LIMITED", "listJobs"],
  ] as const)("does not repeat %s", async (_, reason, method) => {
    const { calls, jobs } = failing(reason, 99);
    expect(await jobs[method]({}).catch(reasonOf)).toBe(reason);
    expect(calls.count).toBe(1);
  });
});

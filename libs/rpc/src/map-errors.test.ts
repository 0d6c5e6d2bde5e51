import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { expect, it } from "vitest";
import { mapErrors } from "./map-errors.js";

type Handlers = Record<string, ((request: unknown, context: unknown) => unknown) | undefined>;

/** Calls a handler of the mapped route. */
function call(name: string): unknown {
  return (mapped[name] as (request: unknown, context: unknown) => unknown)({}, {});
}

const handlers = {
  getJob: () => Promise.reject(new Error("a read")),
  async *watchJobs() {
    yield "an event";
    throw new Error("a stream");
  },
};

const mapped = mapErrors(
  { service: JobService, implementation: handlers as never },
  (error) => new Error(`translated: ${(error as Error).message}`),
).implementation as unknown as Handlers;

it("translates what a unary handler throws", async () => {
  await expect(call("getJob")).rejects.toThrow("translated: a read");
});

it("translates what breaks a stream, and passes on what came before", async () => {
  const seen: unknown[] = [];
  const read = async () => {
    for await (const answer of call("watchJobs") as AsyncIterable<unknown>) seen.push(answer);
  };
  await expect(read()).rejects.toThrow("translated: a stream");
  expect(seen).toEqual(["an event"]);
});

it("leaves methods without a handler without one", () => {
  expect(mapped["listJobs"]).toBeUndefined();
});

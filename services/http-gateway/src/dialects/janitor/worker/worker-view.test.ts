import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { RunnerSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { describe, expect, it } from "vitest";
import { workerView } from "./worker-view.js";

const account = { name: "farm-07", link: "http://farm-07/", passwordHash: "scrypt:x" };
const now = Date.UTC(2026, 2, 1, 12);

describe("workerView", () => {
  it("shows a worker that never called, without its password", () => {
    expect(workerView(account, undefined, now)).toEqual({
      name: "farm-07",
      link: "http://farm-07/",
      status: "idle",
      last_seen: null,
    });
  });

  it("shows when a worker called", () => {
    const runner = create(RunnerSchema, { lastSeenTime: timestampFromMs(now - 30 * 60_000) });
    expect(workerView(account, runner, now)).toMatchObject({
      status: "idle",
      last_seen: "2026-03-01T11:30:00.000000Z",
    });
  });

  it("takes a worker for failed after half an hour", () => {
    const runner = create(RunnerSchema, { lastSeenTime: timestampFromMs(now - 30 * 60_000 - 1) });
    expect(workerView(account, runner, now).status).toBe("failed");
  });

  it("takes a worker with a run for active, however long it is silent", () => {
    const runner = create(RunnerSchema, { lastSeenTime: timestampFromMs(0), held: [{ jobId: "job", attempt: 1 }] });
    expect(workerView(account, runner, now).status).toBe("active");
  });
});

import { create } from "@bufbuild/protobuf";
import { PoolSchema } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { describe, expect, it } from "vitest";
import { isReached, poolStatus } from "./pool-mapping.js";

const pool = create(PoolSchema, {
  running: true,
  size: 2,
  runners: [
    { id: "worker-001-kind", state: RunnerState.IDLE },
    { id: "worker-002-kind", state: RunnerState.BUSY, held: [{ jobId: "a" }, { jobId: "b" }] },
  ],
});

describe("poolStatus", () => {
  it("lists workers, or names them, by shape", () => {
    expect(poolStatus(pool, "documented")).toEqual({
      enabled: true,
      running: true,
      num_workers: 2,
      workers: [
        { id: "worker-001-kind", status: "idle", current_task: null },
        { id: "worker-002-kind", status: "busy", current_task: "b" },
      ],
    });
    expect([...(poolStatus(pool, "deployed").workers as Map<string, unknown>)]).toEqual([
      ["worker-001-kind", { status: "idle", current_task: null }],
      ["worker-002-kind", { status: "busy", current_task: "b" }],
    ]);
  });
});

describe("isReached", () => {
  it("compares the workers that are there with the order", () => {
    expect(isReached(pool)).toBe(true);
    expect(isReached(create(PoolSchema, { running: true, size: 1 }))).toBe(false);
    expect(isReached(create(PoolSchema, { running: false, size: 3 }))).toBe(true);
    expect(isReached(create(PoolSchema, { ...pool, running: false }))).toBe(false);
  });
});

import { create } from "@bufbuild/protobuf";
import { type Runner, RunnerSchema, RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { Revocation_Reason, RevocationSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { describe, expect, it } from "vitest";
import { loadHttpGatewayConfig } from "../../config.js";
import {
  cancelledTaskIds,
  kindGlobs,
  type RegisterWorkerBody,
  runnerSpecFromWorker,
  workerFromRunner,
} from "./worker-mapping.js";

const config = loadHttpGatewayConfig({ WORKER_HEARTBEAT_TIMEOUT: "7" }).dialects.taskExecutor;
const specOf = (text: string) => {
  const value = JSON.parse(text) as RegisterWorkerBody;
  return runnerSpecFromWorker(value, { text, value }, config);
};

describe("kindGlobs", () => {
  it("turns words into parts and keeps globs", () => {
    expect(kindGlobs([])).toEqual(["*"]);
    expect(kindGlobs(["disk", "net-*", "a?", "disk"])).toEqual(["*disk*", "net-*", "a?"]);
  });
});

describe("runnerSpecFromWorker", () => {
  it("says slots, labels and presence", () => {
    const spec = specOf('{"worker_id":"w","backend_type":"b","capabilities":{"max_parallel_tasks":4}}');
    expect(spec).toMatchObject({ slots: 4, presence: { seconds: 7n }, profile: { labels: { backend_type: "b" } } });
    expect(spec.profile?.kinds.map(({ by }) => by)).toEqual([{ case: "glob", value: "*" }]);
    expect(specOf('{"worker_id":"w","backend_type":"b"}').slots).toBe(1);
  });

  it("keeps what was registered word for word", () => {
    const spec = specOf('{"worker_id":"w","backend_type":"b","metadata":{"n":1.00},"capabilities":{ "c":[] }}');
    const view = workerFromRunner(create(RunnerSchema, { id: "w", spec, state: RunnerState.IDLE }));
    expect([view.capabilities.text, view.metadata.text]).toEqual(['{ "c":[] }', '{"n":1.00}']);
  });
});

describe("workerFromRunner", () => {
  it("shows a runner that no client of this dialect registered", () => {
    const view = workerFromRunner(create(RunnerSchema, { id: "native", state: RunnerState.REVOKED }));
    expect(view).toMatchObject({ backend_type: "", status: "offline", current_task_id: null, tasks_completed: 0 });
    expect(view.capabilities.text).toBe("{}");
  });

  it("names the newest of several tasks", () => {
    const held = [{ jobId: "old" }, { jobId: "new" }];
    expect(workerFromRunner(create(RunnerSchema, { id: "w", state: RunnerState.BUSY, held })).current_task_id).toBe(
      "new",
    );
  });
});

describe("cancelledTaskIds", () => {
  const runner: Runner = create(RunnerSchema, { held: [{ jobId: "held" }] });
  const revoked = (jobId: string, reason: Revocation_Reason) => create(RevocationSchema, { jobId, reason });

  it("names each once, what is held never, and what was only asked to stop not yet", () => {
    const list = [
      revoked("gone", Revocation_Reason.CANCELLED),
      revoked("held", Revocation_Reason.LEASE_LOST),
      revoked("asked", Revocation_Reason.CANCEL_REQUESTED),
      revoked("late", Revocation_Reason.TIMED_OUT),
    ];
    expect(cancelledTaskIds(runner, list, "gone")).toEqual(["gone", "late"]);
    expect(cancelledTaskIds(runner, [], "strange")).toEqual(["strange"]);
    expect(cancelledTaskIds(runner, [], "held")).toEqual([]);
  });
});

import { create } from "@bufbuild/protobuf";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { GetQueueResponseSchema } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { describe, expect, it } from "vitest";
import { listsOf } from "./queue-state.js";

const job = (id: string, state: JobState, more: object = {}) => ({ id, state, serial: 10n, attemptCount: 1, ...more });

describe("the lists of the queue", () => {
  const answer = create(GetQueueResponseSchema, {
    head: [job("waits", JobState.QUEUED, { attemptCount: 0 }), job("old", JobState.QUEUED, { serial: 3n })],
    running: [job("runs", JobState.RUNNING)],
    deadLetters: [job("failed", JobState.FAILED)],
    finished: [
      job("failed", JobState.FAILED),
      job("late", JobState.TIMED_OUT),
      job("dismissed", JobState.FAILED, { dismissed: true }),
      job("done", JobState.SUCCEEDED),
      job("stopped", JobState.CANCELLED),
      job("never begun", JobState.CANCELLED, { attemptCount: 0 }),
      job("old", JobState.SUCCEEDED, { serial: 3n }),
    ],
  });

  it("hold each job once: failures until they are dismissed, what was cancelled only if it had begun", () => {
    const lists = listsOf(answer, { serial: 0n });
    const ids = Object.entries(lists).map(([name, jobs]) => [name, jobs.map(({ id }) => id)]);
    expect(Object.fromEntries(ids)).toEqual({
      ...{ pending: ["waits", "old"], running: ["runs"], failed: ["failed"] },
      history: ["dismissed", "done", "stopped", "old"],
    });
  });

  it("hold nothing of what was cleared", () => {
    const lists = listsOf(answer, { serial: 3n });
    expect(lists.pending.map(({ id }) => id)).toEqual(["waits"]);
    expect(lists.history.map(({ id }) => id)).toEqual(["dismissed", "done", "stopped"]);
    expect(Object.values(listsOf(answer, { serial: 10n })).flat()).toEqual([]);
  });
});

import { create } from "@bufbuild/protobuf";
import { AttemptSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { filterOf, jobStatuses, statusOf } from "./vocabulary.js";

const states = Object.values(JobState).filter(
  (state): state is JobState => typeof state === "number" && state !== JobState.UNSPECIFIED,
);
const startTime = { seconds: 5n, nanos: 0 };
const job = (state: JobState, started: boolean) =>
  create(JobSchema, { state, lastAttempt: create(AttemptSchema, started ? { startTime } : {}) });

describe("statuses", () => {
  it("stand for exactly the jobs that have them", () => {
    for (const state of states) {
      for (const started of [false, true]) {
        const fits = jobStatuses.filter((word) => {
          const filter = filterOf(word);
          if (filter === undefined || !filter.states.includes(state)) return false;
          return filter.started === undefined || filter.started === started;
        });
        expect(fits).toEqual([statusOf(job(state, started))]);
      }
    }
  });

  it("of no job are no filter", () => {
    for (const word of ["expired", "running", "", "constructor"]) expect(filterOf(word)).toBeUndefined();
  });
});

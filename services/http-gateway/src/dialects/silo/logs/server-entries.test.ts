import { create } from "@bufbuild/protobuf";
import { LogEntryType, LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { LogRecordSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { claimInfoOf } from "../runners/claim-info.js";
import { runnerEntry } from "./log-view.js";
import { serverEntries } from "./server-entries.js";

const time = (seconds: number) => ({ seconds: BigInt(seconds), nanos: 0 });
const storyOf = (job: Job) => serverEntries(job).map(({ level, message }) => `${level} ${message}`);

/** A job with the given attempts. */
const jobWith = (state: JobState, attempts: readonly object[], more: object = {}) => {
  const numbered = attempts.map((attempt, index) => ({
    ...{ number: index + 1, runnerId: "r1", claimInfo: claimInfoOf({ name: "one" }), claimTime: time(2) },
    ...attempt,
  }));
  return create(JobSchema, {
    ...{ id: "j", state, attempts: numbered, attemptCount: numbered.length, createTime: time(1) },
    ...{ spec: { kind: "d", submitter: "eli" }, ...more },
    ...(numbered.length === 0 ? {} : { lastAttempt: numbered.at(-1) as never }),
  } as never);
};

describe("serverEntries", () => {
  it("tells a job's whole story, in rising order", () => {
    const job = jobWith(
      JobState.FAILED,
      [
        { state: AttemptState.LOST, endedBy: "presence" },
        { state: AttemptState.FAILED, outcome: { message: "no disk" } },
        { state: AttemptState.RELEASED, outcome: { message: "not delivered" } },
        { state: AttemptState.FAILED, outcome: { message: "boom" } },
      ],
      { endTime: time(9) },
    );
    expect(storyOf(job)).toEqual([
      "info job created",
      "info job claimed",
      "warn job requeued: runner lost: it gave no sign of life",
      "info job claimed",
      "warn job requeued: no disk",
      "info job claimed",
      "warn job requeued: not delivered",
      "info job claimed",
      "error job failed: boom",
    ]);
    const ids = serverEntries(job).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(serverEntries(job)[1]).toMatchObject({
      ...{ job_id: "j", source: "server", timestamp: "1970-01-01T00:00:02.000000Z" },
      metadata: { text: '{"runner_id":"r1","runner_name":"one"}' },
    });
  });

  it("tells of a claim that was taken away for good as a warning, and of the job's end as an error", () => {
    const lost = [{ state: AttemptState.LOST, endedBy: "execution-timeout" }];
    expect(storyOf(jobWith(JobState.FAILED, lost))).toEqual([
      "info job created",
      "info job claimed",
      "warn claim lost: timeout: the claim expired",
      "error job failed: timeout: the claim expired",
    ]);
  });

  it("tells of success and of a cancel", () => {
    const done = jobWith(JobState.SUCCEEDED, [{ state: AttemptState.SUCCEEDED }]);
    expect(storyOf(done).at(-1)).toBe("info job completed");
    expect(storyOf(jobWith(JobState.CANCELLED, [], { endActor: "ada" }))).toEqual([
      "info job created",
      "info job cancelled",
    ]);
  });
});

describe("runnerEntry", () => {
  const record = (entry: object) =>
    create(LogRecordSchema, {
      attempt: 2,
      stream: "log",
      entry: { sequence: 5n, message: "m", time: time(3), ...entry },
    });

  it("shows what a runner wrote", () => {
    const fields = Buffer.from('{"n":1.0}');
    expect(runnerEntry("j", record({ level: LogLevel.WARNING, fields }))).toEqual({
      ...{ id: 2 * 2 ** 32 + 6, job_id: "j", timestamp: "1970-01-01T00:00:03.000000Z", level: "warn", message: "m" },
      ...{ metadata: { text: '{"n":1.0}' }, source: "runner" },
    });
  });

  it.each([
    [{ level: LogLevel.CRITICAL }, "error"],
    [{ level: LogLevel.DEBUG }, "debug"],
    [{}, "info"],
    [{ type: LogEntryType.GAP }, "warn"],
  ])("knows the level of %o", (entry, level) => {
    expect(runnerEntry("j", record(entry))?.level).toBe(level);
  });

  it("leaves marks of replaced text out, and fields that are no object", () => {
    expect(runnerEntry("j", record({ type: LogEntryType.RESET }))).toBeUndefined();
    expect(runnerEntry("j", record({ fields: Buffer.from("[1]") }))?.metadata.text).toBe("{}");
  });
});

import { create } from "@bufbuild/protobuf";
import { LogEntryType, LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { type LogRecord, LogRecordSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { lifecycleEntries } from "./lifecycle-log.js";
import { entryFromRecord, levelOfRecord, newestEntries, type PlacedLogEntry } from "./log-mapping.js";

const time = (seconds: number) => ({ seconds: BigInt(seconds), nanos: 0 });
const record = (
  stream: string,
  entry: { level?: LogLevel; type?: LogEntryType; fields?: string; sequence?: bigint } = {},
) =>
  create(LogRecordSchema, {
    ...{ attempt: 1, stream },
    entry: { message: "m", time: time(5), ...entry, fields: new TextEncoder().encode(entry.fields ?? "") },
  });
const entryOf = (from: LogRecord) => entryFromRecord("task", from, time(0) as never) as PlacedLogEntry;

describe("levelOfRecord", () => {
  it.each([
    ["log", { level: LogLevel.CRITICAL }, "critical"],
    ["stdout", {}, "info"],
    ["stderr", {}, "error"],
    ["stderr", { level: LogLevel.DEBUG }, "debug"],
    ["stdout", { type: LogEntryType.GAP }, "warning"],
  ] as const)("of a line of %s %o is %s", (stream, entry, level) => {
    expect(levelOfRecord(record(stream, entry))).toBe(level);
  });
});

describe("entryFromRecord", () => {
  it("keeps a worker's context and says the stream of a process's line", () => {
    expect(entryOf(record("log", { fields: '{"n":1.0}' })).view.context.text).toBe('{"n":1.0}');
    expect(entryOf(record("log")).view.context.text).toBe("{}");
    expect(entryOf(record("stderr")).view.context.text).toBe('{"stream":"stderr"}');
    expect(entryOf(record("log", { fields: "broken" })).view.context.text).toBe("{}");
  });

  it("gives each entry an id of its own, the same at every read", () => {
    const ids = [record("log"), record("log", { sequence: 1n }), record("out"), record("log")].map(
      (r) => entryOf(r).view.id,
    );
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(3);
    expect(ids[3]).toBe(ids[0]);
  });

  it("shows lines of an attempt's first millisecond at its claim, and older ones as they are", () => {
    const claim = { seconds: 5n, nanos: 600_000, $typeName: "google.protobuf.Timestamp" } as const;
    expect(entryFromRecord("task", record("log"), claim)?.micros).toBe(5_000_600);
    expect(entryFromRecord("task", record("log"), { ...claim, nanos: 1_600_000 })?.micros).toBe(5_000_000);
  });

  it("leaves marks of replaced text out", () => {
    expect(entryFromRecord("task", record("console", { type: LogEntryType.RESET }), time(0) as never)).toBeUndefined();
  });
});

describe("lifecycleEntries", () => {
  it("tells a task's whole story in order", () => {
    const attempts = [
      { number: 1, runnerId: "a", state: AttemptState.LOST, claimTime: time(2), endTime: time(3) },
      {
        number: 2,
        runnerId: "b",
        state: AttemptState.RELEASED,
        claimTime: time(4),
        endTime: time(6),
        outcome: { message: "no disk" },
      },
      {
        number: 3,
        runnerId: "c",
        state: AttemptState.FAILED,
        claimTime: time(7),
        endTime: time(8),
        outcome: { message: "boom" },
      },
    ];
    const job = create(JobSchema, {
      id: "task",
      state: JobState.FAILED,
      attempts,
      createTime: time(1),
      endTime: time(8),
      spec: { kind: "p" },
    });
    const lines = newestEntries([...lifecycleEntries(job), entryOf(record("log"))], undefined, 100);
    expect(lines.map(({ level, message, context }) => `${level} ${message} ${context.text}`)).toEqual([
      'info Task created {"problem_id":"p","parameters":{}}',
      'info Task execution started {"worker_id":"a"}',
      'warning Task released: the worker was lost {"worker_id":"a","reason":"the worker was lost"}',
      'info Task execution started {"worker_id":"b"}',
      "info m {}",
      'warning Task released: no disk {"worker_id":"b","reason":"no disk"}',
      'info Task execution started {"worker_id":"c"}',
      'error Task failed: boom {"worker_id":"c","error":"boom"}',
    ]);
    expect(newestEntries(lifecycleEntries(job), "warning", 1)[0]?.message).toBe("Task released: no disk");
  });

  it("tells the end of a job that no attempt tells", () => {
    const end = { state: JobState.TIMED_OUT, createTime: time(1), endTime: time(2) };
    const lines = lifecycleEntries(create(JobSchema, { id: "task", ...end })).map(({ view }) => view.message);
    expect(lines).toEqual(["Task created", "Task timed out"]);
  });
});

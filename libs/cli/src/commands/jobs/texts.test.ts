import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { LogEntryType, LogLevel } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { LogRecordSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { JobEventSchema, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { Gate_Type } from "@switchyard/proto/switchyard/scheduler/v1/explanation_pb";
import { EndReason, JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ExplainJobResponseSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { describe, expect, it } from "vitest";
import { explanationText } from "./explain.js";
import { endText, jobText } from "./job-text.js";
import { recordText } from "./log-text.js";
import { eventText } from "./watch.js";

it("an explanation names the gates in their order, and says more of those that are closed", () => {
  const answer = create(ExplainJobResponseSchema, {
    summary: "All seats of db are taken.",
    gates: [
      { type: Gate_Type.TIME, open: true, message: "Its time has come.", subject: "x" },
      {
        type: Gate_Type.CONCURRENCY,
        message: "All seats are taken.",
        subject: "db",
        used: 2,
        limit: 2,
        jobIds: ["j1", "j2"],
      },
      {
        type: Gate_Type.RUNNER,
        message: "None fits.",
        nearestRunnerId: "r1",
        lacking: ["gpu"],
        openTime: timestampFromMs(61_000),
      },
    ],
    place: { position: 4n, expectedWait: durationFromMs(90_000) },
  });
  expect(explanationText(answer, false, 1_000)).toBe(`All seats of db are taken.
1. open   time         Its time has come.
2. CLOSED concurrency  All seats are taken.
     about db
     2 of 2 used
     jobs in the way: j1, j2
3. CLOSED runner       None fits.
     opens in 1m00s
     nearest runner r1 lacks: gpu
place: 4 jobs before it, about 1m30s to wait
`);
});

describe("a log entry", () => {
  const record = (entry: object) => create(LogRecordSchema, { attempt: 2, stream: "stdout", entry });

  it("is its text, colours included", () => {
    expect(recordText(record({ message: "\u001b[31mred" }))).toBe("\u001b[31mred\n");
  });

  it("says what it is when it is more than text", () => {
    const fields = Buffer.from('{"a":1}');
    expect(recordText(record({ message: "m", level: LogLevel.ERROR, fields }))).toBe('ERROR m {"a":1}\n');
    expect(recordText(record({ message: "3 missing", type: LogEntryType.GAP }))).toBe("[gap] 3 missing\n");
  });

  it("can have its time and place before it", () => {
    const text = recordText(record({ message: "m", time: timestampFromMs(0) }), { timestamps: true, prefix: true });
    expect(text).toBe("1970-01-01T00:00:00.000Z 2/stdout m\n");
  });

  it("of a raw stream is its bytes", () => expect(recordText(record({ data: Buffer.from("a\nb") }))).toBe("a\nb"));
});

it("an event is one line, whatever a message holds", () => {
  const event = create(JobEventSchema, {
    ...{ sequence: 9n, time: timestampFromMs(0), type: JobEventType.ENDED, jobId: "j", attempt: 2, runnerId: "r" },
    ...{
      previousState: JobState.RUNNING,
      state: JobState.FAILED,
      endReason: EndReason.LEASE_LOST,
      message: "a\nb",
      actor: "me",
    },
  });
  expect(eventText(event)).toBe(
    "1970-01-01T00:00:00.000Z 9 ended j failed (lease-lost) attempt=2 runner=r by=me a\\nb",
  );
});

describe("a job", () => {
  const job = create(JobSchema, {
    ...{ id: "j", serial: 7n, state: JobState.FAILED, endReason: EndReason.REPORTED, endMessage: "boom" },
    ...{ createTime: timestampFromMs(1_000), endTime: timestampFromMs(4_000), attemptCount: 1 },
    spec: { kind: "k", queue: "q", input: { data: Buffer.from("{}") } },
    attempts: [{ number: 1, runnerId: "r", outcome: { message: "boom" } }],
    lastAttempt: {
      progress: { current: 1, total: 4, message: "first" },
      outcome: { result: { data: Buffer.from([255]) } },
    },
  });

  it("tells its end in one line", () => expect(endText(job)).toBe("job j failed after 3s: boom"));

  it("tells what it is about, and its attempts", () => {
    const text = jobText(job, false);
    for (const line of [
      /^number +#7$/m,
      /^state +failed \(reported\)$/m,
      /^input +\{\}$/m,
      /^progress +1 of 4 first$/m,
    ]) {
      expect(text).toMatch(line);
    }
    expect(text).toMatch(/^result +1 bytes of unknown type$/m);
    expect(text).toMatch(/^ +1 .* r .* boom$/m);
  });
});

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Transport } from "@connectrpc/connect";
import { fromConnectError, isRetryable } from "@switchyard/errors";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { Job, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  QueueService,
  type Schedule,
  ScheduleSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { createClient } from "@switchyard/rpc";
import type { TestDatabase } from "@switchyard/testkit";
import { type Clock, systemClock } from "@switchyard/clock";
import type { SchedulerConfig } from "../../src/index.js";
import { startScheduler, type TestScheduler } from "../setup.js";

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /** Moves on to a time (ISO text, or ms since 1970). */
  moveTo(time: string | number): void;
  /** Moves on by a span, ms. */
  move(ms: number): void;
}

/** Creates a clock that stands at a time. */
export function createClock(start: string): TestClock {
  let now = Date.parse(start);
  return {
    ...systemClock,
    now: () => now,
    move: (ms) => {
      now += ms;
    },
    moveTo: (time) => {
      now = typeof time === "number" ? time : Date.parse(time);
    },
  };
}

/**
 * Starts a scheduler on a clock that is moved. A leap outlasts the lease of the shard, so that is renewed often (in real time), and calls that meet the moment
 * before are repeated, as the client library does. Ticks count as punctual for the lease and five seconds.
 */
export async function startOnClock(
  database: TestDatabase,
  clock: Clock,
  config: Partial<SchedulerConfig> = {},
): Promise<TestScheduler> {
  const system = await startScheduler(database, { shardLeaseMs: 600, ...config }, { clock });
  const transport = repeating(system.transport);
  return {
    ...system,
    jobs: createClient(JobService, transport),
    queues: createClient(QueueService, transport),
    dispatch: createClient(DispatchService, transport),
  };
}

function repeating(transport: Transport): Transport {
  return {
    ...transport,
    async unary(...call) {
      for (let tries = 1; ; tries++) {
        try {
          return await transport.unary(...call);
        } catch (error) {
          if (!isRetryable(error) || tries > 500) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    },
  };
}

/** What a call was refused with, in one text: the reason and the field. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { reason, metadata } = fromConnectError(error);
    return `${reason} ${metadata.field ?? ""}`.trim();
  }
  throw new Error("the call was not refused");
}

/** What a case says of a schedule. */
export type ScheduleFields = Partial<Omit<Schedule, "$typeName" | "$unknown" | "spec">> & {
  readonly spec?: MessageInitShape<typeof JobSpecSchema>;
};

/** A schedule of every minute; says only what matters to the case. */
export function schedule(fields: ScheduleFields): Schedule {
  return create(ScheduleSchema, { cron: "* * * * *", spec: { kind: "test.tick" }, ...fields });
}

/** All jobs of a namespace, oldest first. */
export async function jobsOf({ jobs }: TestScheduler, namespace: string): Promise<Job[]> {
  const all: Job[] = [];
  for (let pageToken = ""; ; ) {
    const page = await jobs.listJobs({ namespace, orderBy: 2, pageSize: 1_000, pageToken });
    all.push(...page.jobs);
    pageToken = page.nextPageToken;
    if (pageToken === "") return all;
  }
}

/** The ticks for which a schedule has made jobs, in the order of the jobs, as their labels say. */
export async function ticksOf(system: TestScheduler, namespace: string, name: string): Promise<string[]> {
  const made = (await jobsOf(system, namespace)).map(({ spec }) => spec?.labels ?? {});
  return made.filter((labels) => labels.schedule === name).map((labels) => labels.scheduled_time ?? "");
}

/** A schedule by name, with its times as ISO text. */
export async function shown({ queues }: TestScheduler, namespace: string, name: string) {
  const { schedules } = await queues.listSchedules({ namespace });
  const found = schedules.find((candidate) => candidate.name === name);
  const text = (time: Schedule["nextTime"]) => time && timestampDate(time).toISOString().replace(".000Z", "Z");
  return found && { ...found, next: text(found.nextTime), last: text(found.lastTime) };
}

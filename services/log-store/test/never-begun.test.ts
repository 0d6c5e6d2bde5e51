import { createPool, type Pool } from "@switchyard/postgres";
import { SwitchyardError } from "@switchyard/errors";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createInMemoryTransport, route } from "@switchyard/rpc";
import { eventually, type TestDatabase, withTimeout } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  append,
  createLogDatabase,
  follow,
  namespace,
  newJob,
  type Replica,
  reasonName,
  startReplica,
  text,
} from "./log-bundle.js";

/** What the scheduler says of a job's first attempt; `away`: it does not answer. */
const said = new Map<string, AttemptState | "away" | "gone">();
/** What happens while somebody is asking about a job. */
const meanwhile = new Map<string, () => Promise<void>>();
/** Jobs that were asked about, as often as they were. */
const asked: string[] = [];

const scheduler = createInMemoryTransport({
  routes: [
    route(JobService, {
      async getJob({ by }) {
        const jobId = String(by.value);
        asked.push(jobId);
        await meanwhile.get(jobId)?.();
        const state = said.get(jobId) ?? AttemptState.STARTED;
        if (state === "away") throw new SwitchyardError("SHARD_LOST");
        if (state === "gone") throw new SwitchyardError("JOB_NOT_FOUND");
        return { job: { id: jobId, lastAttempt: { number: 1, state } } };
      },
    }),
  ],
});

let database: TestDatabase;
let pool: Pool;
let asking: Replica;
let alone: Replica;

beforeAll(async () => {
  database = await createLogDatabase({ leaks: "ignore" });
  pool = createPool({ url: database.url, applicationName: "never-begun-test" });
  asking = await startReplica(database.url, { scheduler });
  alone = await startReplica(database.url);
});
afterAll(async () => {
  await asking.stop();
  await alone.stop();
  await pool.close();
  await database.drop();
});

const attempt = (value: number) => ({ case: "attempt" as const, value });
const tellEnd = ({ client }: Replica, jobId: string) =>
  client.sealLog({ namespace, targets: [{ jobId, which: attempt(1), empty: true }] });

async function isStored(jobId: string): Promise<boolean> {
  const { rowCount } = await pool.query("select from logs.jobs where namespace = $1 and job_id = $2", [
    namespace,
    jobId,
  ]);
  return rowCount !== 0;
}

it("ends for whoever follows it when its end is told, and nothing is stored", async () => {
  const jobId = newJob();
  const follower = follow(asking, jobId);
  await eventually(async () => expect(asked).toContain(jobId));
  expect(follower.told.error).toBeUndefined();
  said.set(jobId, AttemptState.SUCCEEDED);
  expect((await tellEnd(asking, jobId)).sealedCount).toBe(0);
  await withTimeout(follower.ended, 4_000, "the end of the tail");
  expect([follower.told.records, follower.told.error]).toEqual([[], undefined]);
  expect(await isStored(jobId)).toBe(false);
});

it.each([AttemptState.SUCCEEDED, AttemptState.LOST, AttemptState.CANCELLED, "gone"] as const)(
  "ends at once for whoever comes later (%s)",
  async (state) => {
    const jobId = newJob();
    said.set(jobId, state);
    const follower = follow(asking, jobId);
    await withTimeout(follower.ended, 4_000, "the end of the tail");
    expect(follower.told.error).toBeUndefined();
  },
);

it("goes on while nobody can say whether it is over, and still brings what comes", async () => {
  const jobId = newJob();
  said.set(jobId, "away");
  const follower = follow(asking, jobId);
  await eventually(async () => expect(asked).toContain(jobId));
  expect(reasonName(await append(asking, jobId, text("late\n")))).toBe("");
  await eventually(async () => expect(follower.told.records).toHaveLength(1));
  follower.stop();
  await follower.ended;
});

it("is told whole when it was written and ended while somebody asked about it", async () => {
  const jobId = newJob();
  meanwhile.set(jobId, async () => {
    await append(alone, jobId, text("line\n"));
    said.set(jobId, AttemptState.SUCCEEDED);
  });
  const follower = follow(asking, jobId, { fromSequence: 0n });
  await eventually(async () => expect(follower.told.records).toHaveLength(1));
  await alone.client.sealLog({ namespace, targets: [{ jobId, which: attempt(1) }] });
  await withTimeout(follower.ended, 4_000, "the end of the tail");
  expect(follower.told.error).toBeUndefined();
});

it("is not asked about once there is a log: its seal ends it", async () => {
  const jobId = newJob();
  await append(asking, jobId, text("line\n"));
  said.set(jobId, AttemptState.SUCCEEDED);
  const follower = follow(asking, jobId, { fromSequence: 0n });
  await eventually(async () => expect(follower.told.records).toHaveLength(1));
  expect(asked).not.toContain(jobId);
  await asking.client.sealLog({ namespace, targets: [{ jobId, which: attempt(1) }] });
  await withTimeout(follower.ended, 4_000, "the end of the tail");
});

it("is stored by a store that has nobody to ask, and ends there too", async () => {
  const jobId = newJob();
  const follower = follow(alone, jobId);
  await tellEnd(alone, jobId);
  await withTimeout(follower.ended, 4_000, "the end of the tail");
  expect(await isStored(jobId)).toBe(true);
  expect(reasonName(await append(alone, jobId, text("late\n")))).toBe("LOG_SEALED");
});

it("has no lengths, and is one attempt; a target that is refused lets nothing of its call happen", async () => {
  const jobId = newJob();
  const target = { jobId, which: attempt(1), empty: true, lengths: [{ stream: "stdout", length: 1n }] };
  await expect(asking.client.sealLog({ namespace, targets: [target] })).rejects.toThrow("targets.empty");
  const before = { jobId, which: { case: "beforeAttempt" as const, value: 2 }, empty: true };
  await expect(asking.client.sealLog({ namespace, targets: [before] })).rejects.toThrow("targets.empty");
});

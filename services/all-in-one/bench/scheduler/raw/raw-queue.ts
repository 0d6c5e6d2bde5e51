import { createGroupCommitLane, createPool, type GroupCommitLane } from "@switchyard/postgres";
import { createBell } from "../driver/bell.js";
import type { JobBody, SubmitSide, WorkSide } from "../driver/queue.js";
import { claimJobs, finishJobs, type RawJob, submitJobs, tables } from "./statements.js";

/** Jobs that one claim takes at most. */
const claimSize = 1_000;

/**
 * What PostgreSQL alone gives with the statements of this design: submit, claim and finish by group commit, the ready list in memory,
 * submitters and workers in one process. No RPC, no fence, no events, no policies: a reference, not a queue to use.
 */
export async function createRawQueue(url: string): Promise<SubmitSide & WorkSide & { close(): Promise<void> }> {
  const pool = createPool({ url, max: 1, applicationName: "raw" });
  await pool.query(tables);
  const open = async (name: string, write: typeof submitJobs): Promise<GroupCommitLane<RawJob, true>> => {
    const flush: Parameters<typeof createGroupCommitLane<RawJob, true>>[0]["flush"] = async (client, jobs) => {
      await write(client, jobs);
      return jobs.map(() => true);
    };
    const lane = createGroupCommitLane({ name, url, flush });
    await lane.start();
    return lane;
  };
  const submits = await open("raw-submit", submitJobs);
  const claims = await open("raw-claim", claimJobs);
  const finishes = await open("raw-finish", finishJobs);
  const ready: RawJob[] = [];
  const changed = createBell();
  let nextId = 1;

  const submitMany = async (bodies: readonly JobBody[]) => {
    const jobs = bodies.map((body) => ({ id: nextId++, input: Buffer.from(JSON.stringify(body)), claimedMs: 0 }));
    await Promise.all(jobs.map((job) => submits.push(job)));
    for (const job of jobs) ready.push(job);
    changed.ring();
  };

  return {
    submitOne: (body) => submitMany([body]),
    submitMany,
    async openJobs() {
      const { rows } = await pool.query("select count(*) as open from open");
      return Number(rows[0].open);
    },
    async work(_mode, handle) {
      let stopped = false;
      let unfinished = 0;
      const loop = async () => {
        while (!stopped) {
          if (ready.length === 0) {
            await changed.rung();
            continue;
          }
          const jobs = ready.splice(0, claimSize);
          unfinished += jobs.length;
          await Promise.all(jobs.map((job) => claims.push(job)));
          for (const job of jobs) {
            handle(JSON.parse(job.input.toString()) as JobBody);
            void finishes.push(job).then(() => unfinished--);
          }
        }
      };
      // Two, so that one works while the other one's claim is being committed.
      const loops = [loop(), loop()];
      return {
        settled: () => unfinished === 0,
        async stop() {
          stopped = true;
          changed.ring();
          await Promise.all(loops);
        },
      };
    },
    async close() {
      for (const lane of [submits, claims, finishes]) await lane.stop();
      await pool.close();
    },
  };
}

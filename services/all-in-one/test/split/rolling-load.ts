import { setTimeout as sleep } from "node:timers/promises";
import { createRunner, isFinalState, type JobContext, type SwitchyardClient } from "@switchyard/client";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { SplitSystem } from "./split-system.js";

/** Several, so that they live in shards of different owners. */
const namespaces = ["rolling-a", "rolling-b", "rolling-c", "rolling-d"] as const;
const namespaceOf = (number: number) => namespaces[number % namespaces.length] as string;
const talkers = 5;
/** Every so many jobs one is waited for, and one is read. */
const waitedFor = 10;

/** What users do all the time: they submit, wait, read and follow logs, and runners work. */
export interface RollingLoad {
  /** Jobs by id, with how long their submit took, in milliseconds. */
  readonly submitted: ReadonlyMap<string, number>;
  /** Numbers of the attempts whose execution began, by job. */
  readonly executions: ReadonlyMap<string, readonly number[]>;
  /** Calls that failed, by what they are. */
  readonly failures: readonly unknown[];
  /** Sequence numbers that each follower of a talking job was given. */
  readonly followed: readonly (readonly number[])[];
  /** Lines that each talking job has said. */
  readonly said: ReadonlyMap<string, number>;
  /** Ends the submits and the talking; returns every job when all have ended. */
  finish(): Promise<Job[]>;
  close(): Promise<void>;
}

/** Begins. @param rate submits a second */
export async function startRollingLoad(system: SplitSystem, rate: number): Promise<RollingLoad> {
  const [users, workers] = [system.openClient(), system.openClient()];
  const submitted = new Map<string, number>();
  const executions = new Map<string, number[]>();
  const said = new Map<string, number>();
  const failures: unknown[] = [];
  const followed: number[][] = [];
  const over = new AbortController();
  const work: Promise<unknown>[] = [];
  const named = <T>(name: string, call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      failures.push({ name, error });
      throw error;
    });
  const watch = (all: Promise<unknown>) => void work.push(all.catch(() => undefined));

  const talk = async ({ lease, log }: JobContext) => {
    for (let line = 0; !over.signal.aborted; line += 1) {
      log().info(String(line));
      said.set(lease.jobId, line + 1);
      await sleep(50);
    }
  };
  const runners = namespaces.map((namespace) =>
    createRunner({
      ...{ client: workers, namespace, name: "rolling", slots: 25, kinds: ["work", "talk"] },
      execute: async (context) => {
        const { jobId, attempt } = context.lease;
        executions.set(jobId, [...(executions.get(jobId) ?? []), attempt]);
        if (context.lease.kind === "talk") await talk(context);
        else context.log().info("working");
      },
    }),
  );
  await Promise.all(runners.map((runner) => runner.start()));

  const submitOne = async (number: number) => {
    const begun = performance.now();
    // Those that are looked at are of all namespaces too.
    const namespace = namespaceOf(number + Math.floor(number / waitedFor));
    const { jobId } = await named("submit", users.submit(namespace, { kind: "work", subject: String(number) }));
    submitted.set(jobId, performance.now() - begun);
    if (number % waitedFor === 0) await named("wait", users.waitForJob(namespace, jobId));
    if (number % waitedFor === 1)
      await named("get", users.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } }));
  };
  const follow = async (client: SwitchyardClient, namespace: string, jobId: string) => {
    const numbers: number[] = [];
    followed.push(numbers);
    // A first attempt may be given back by a gateway that leaves before a runner has fetched it.
    const log = client.followLog({ namespace, jobId, nextAttempts: true });
    for await (const { entry } of log) numbers.push(Number(entry?.message));
  };
  for (let index = 0; index < talkers; index += 1) {
    const namespace = namespaceOf(index);
    const { jobId } = await users.submit(namespace, { kind: "talk" });
    submitted.set(jobId, 0);
    watch(named("follow", follow(users, namespace, jobId)));
  }
  const submits = (async () => {
    const begun = performance.now();
    for (let number = 0; !over.signal.aborted; number += 1) {
      watch(submitOne(number));
      await sleep(Math.max(0, begun + ((number + 1) * 1000) / rate - performance.now()));
    }
  })();

  return {
    ...{ submitted, executions, failures, followed, said },
    async finish() {
      over.abort();
      await submits;
      await Promise.all(work);
      const jobs: Job[] = [];
      for (const namespace of namespaces) {
        let pageToken = "";
        do {
          const page = await users.jobs.listJobs({ namespace, pageSize: 1_000, view: JobView.FULL, pageToken });
          jobs.push(...page.jobs);
          pageToken = page.nextPageToken;
        } while (pageToken !== "");
      }
      // Whoever still runs is waited for; that is the last few.
      for (const [index, job] of jobs.entries()) {
        if (isFinalState(job.state)) continue;
        const { namespace } = job;
        await users.waitForJob(namespace, job.id);
        const by = { case: "jobId" as const, value: job.id };
        jobs[index] = (await users.jobs.getJob({ namespace, by, view: JobView.FULL })).job ?? job;
      }
      return jobs;
    },
    async close() {
      over.abort();
      await Promise.all(runners.map((runner) => runner.stop(0)));
      users.close();
      workers.close();
    },
  };
}

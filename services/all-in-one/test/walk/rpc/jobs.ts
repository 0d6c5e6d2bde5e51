import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { choice, factsOf } from "./fact.js";

const nobody = "00000000-0000-4000-8000-000000000000";
const attempt = (jobId: string) => ({ jobId, by: choice("attempt", 1) });
const start = choice("start", {});
const profile = { kinds: [{ by: choice("exact", "walk") }] };
const schedule = (namespace: string) => ({ namespace, name: "walk", cron: "0 0 1 1 *", spec: { kind: "walk" } });

/** Jobs. */
export const jobFacts = factsOf(JobService, {
  submitJobs: {
    needs: "submit",
    request: (namespace) => ({ namespace, items: [{ spec: { kind: "walk" } }] }),
    names: {
      job: (namespace, value) => {
        const dependencies = [{ parent: choice("jobId", value) }];
        return { namespace, items: [{ spec: { kind: "walk", dependencies } }] };
      },
    },
  },
  getJob: {
    needs: "read",
    request: (namespace) => ({ namespace, by: choice("jobId", nobody) }),
    names: { job: (namespace, value) => ({ namespace, by: choice("jobId", value) }) },
  },
  listJobs: {
    needs: "read",
    request: (namespace) => ({ namespace }),
    names: {
      job: (namespace, id) => ({ namespace, filter: { jobIds: [id] } }),
      queue: (namespace, queue) => ({ namespace, filter: { queue } }),
      runner: (namespace, runnerId) => ({ namespace, filter: { runnerId } }),
    },
  },
  watchJobs: {
    needs: "read",
    request: (namespace) => ({ namespace, includeSnapshot: true }),
    names: { job: (namespace, id) => ({ namespace, jobIds: [id], includeSnapshot: true, untilFinal: true }) },
  },
  cancelJobs: {
    needs: "submit",
    request: (namespace) => ({ namespace, jobIds: [nobody] }),
    names: { job: (namespace, id) => ({ namespace, jobIds: [id] }) },
  },
  retryJobs: {
    needs: "submit",
    request: (namespace) => ({ namespace, jobIds: [nobody] }),
    names: { job: (namespace, id) => ({ namespace, jobIds: [id] }) },
  },
  reorderJob: {
    needs: "submit",
    request: (namespace) => ({ namespace, jobId: nobody, order: {} }),
    names: { job: (namespace, jobId) => ({ namespace, jobId, order: {} }) },
  },
  explainJob: {
    needs: "read",
    request: (namespace) => ({ namespace, jobId: nobody }),
    names: { job: (namespace, jobId) => ({ namespace, jobId }) },
  },
  lookupResult: { needs: "read", request: (namespace) => ({ namespace, by: choice("key", "walk") }) },
  aggregateJobs: {
    needs: "read",
    request: (namespace) => ({ namespace }),
    names: { queue: (namespace, queue) => ({ namespace, queue }) },
  },
  deleteJobs: {
    needs: "admin",
    request: (namespace) => ({ namespace, jobIds: [nobody] }),
    names: { job: (namespace, id) => ({ namespace, jobIds: [id] }) },
  },
  dismissJobs: {
    needs: "submit",
    request: (namespace) => ({ namespace, jobIds: [nobody] }),
    names: { job: (namespace, id) => ({ namespace, jobIds: [id] }) },
  },
  peekJobs: { needs: "read", request: (namespace) => ({ namespace, profile, limit: 1 }) },
  getPosition: {
    needs: "read",
    request: (namespace) => ({ namespace, by: choice("jobId", nobody) }),
    names: { job: (namespace, value) => ({ namespace, by: choice("jobId", value) }) },
  },
  getStatus: { needs: "read", request: () => ({}), everywhere: true },
});

/** Queues, limits and schedules. */
export const queueFacts = factsOf(QueueService, {
  getQueue: {
    needs: "read",
    request: (namespace) => ({ namespace, name: "walk" }),
    names: { queue: (namespace, name) => ({ namespace, name }) },
  },
  listQueues: { needs: "read", request: (namespace) => ({ namespace }) },
  updateQueue: { needs: "admin", request: (namespace) => ({ namespace, name: "walk", settings: {} }) },
  pauseQueue: { needs: "admin", request: (namespace) => ({ namespace, name: "walk" }) },
  resumeQueue: { needs: "admin", request: (namespace) => ({ namespace, name: "walk" }) },
  setLimits: { needs: "admin", request: (namespace) => ({ namespace, limits: [{ key: "walk", seats: 1 }] }) },
  listLimits: { needs: "read", request: (namespace) => ({ namespace }) },
  createSchedule: {
    needs: "admin",
    request: (namespace) => ({ schedule: schedule(namespace), replace: true }),
  },
  listSchedules: { needs: "read", request: (namespace) => ({ namespace }) },
  deleteSchedule: {
    needs: "admin",
    request: (namespace) => ({ namespace, name: "walk-none" }),
    names: { schedule: (namespace, name) => ({ namespace, name }) },
  },
});

/** What the runner-gateway asks of the scheduler. */
export const dispatchFacts = factsOf(DispatchService, {
  syncCapacity: {
    needs: "run",
    request: (namespace) => ({
      ...{ sessionId: crypto.randomUUID(), revision: 1n, full: true, hold: {} },
      demands: [{ namespace, runnerId: "walker", profile, credit: 0n }],
    }),
  },
  claimJobs: {
    needs: "run",
    request: (namespace) => ({ namespace, runnerId: "walker", jobId: nobody, maxJobs: 1, profile }),
    names: { job: (namespace, jobId) => ({ namespace, runnerId: "walker", jobId, maxJobs: 1, profile }) },
  },
  renewLeases: {
    needs: "run",
    request: (namespace) => ({ renewals: [{ namespace, runnerId: "walker" }] }),
    names: {
      job: (namespace, id) => ({ renewals: [{ namespace, runnerId: "walker", attempts: [attempt(id)] }] }),
    },
  },
  reportAttempts: {
    needs: "run",
    request: (namespace) => ({
      reports: [{ namespace, attempt: attempt(nobody), report: start }],
    }),
    names: {
      job: (namespace, id) => ({
        reports: [{ namespace, attempt: attempt(id), report: start }],
      }),
    },
  },
});

/** Who owns which shard. */
export const shardFacts = factsOf(ShardService, {
  listShards: { needs: ["read", "submit", "run"], request: () => ({}), everywhere: true },
  locateNamespaces: { needs: ["read", "submit", "run"], request: (namespace) => ({ namespaces: [namespace] }) },
  moveNamespace: { needs: "admin", request: (namespace) => ({ namespace, shard: 1 }) },
});

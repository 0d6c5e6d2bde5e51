import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type Answer,
  cancelRequestOf,
  failureOf,
  limitsRequestOf,
  type Request,
  resultsOf,
  retryRequestOf,
  submitRequestOf,
  submittedOf,
} from "@switchyard/history";
import { createBackoff, uuidV7 } from "@switchyard/client";
import {
  CancelMode,
  JobService,
  type SubmitJobsRequestSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { createClient } from "@switchyard/rpc";
import { type Life, noSkew, Process } from "../kernel/process.js";
import { createSimTransport, onceHeader } from "../network/sim-transport.js";
import { jobToProto } from "../plan/job-to-proto.js";
import { type JobPlan, namespace, type Work } from "../plan/plan.js";
import type { Actor, Sim } from "./sim.js";

/** A client, and whether it still has something to do. */
export interface ClientActor extends Actor {
  readonly isIdle: boolean;
  /** When it last gave a call up of which it does not know whether it has been done, virtual ms: it may still be under way. */
  readonly leftCallAt: number;
  /** Lets a queue go on, unless it is at that already. */
  resume(queue: string): void;
}

type Told = Pick<Answer, "jobs" | "results">;

/** One call, made as often as it takes. */
interface Order {
  readonly request: Request;
  readonly send: () => Promise<Told>;
  /** A repeat does nothing twice. */
  readonly isRepeatable: boolean;
}

/** What a client does: its part of the plan, and what lets a run come to its end. */
type Errand = Work | { readonly do: "resume"; readonly queue: string };

const callTimeoutMs = 4_000;

/** A client that does its part of the plan, and repeats what got no answer where that is safe. One that crashes goes on with what comes later. */
export function createClientActor(sim: Sim, name: string): ClientActor {
  const process = new Process(name, sim.world, sim.plan.skews[name] ?? noSkew);
  const work = sim.plan.work.filter(({ client }) => client === name);
  let done = 0;
  let underWay = 0;
  let leftCallAt = Number.NEGATIVE_INFINITY;
  const resuming = new Set<string>();
  let send: ((errand: Errand) => Promise<unknown>) | undefined;
  return {
    process,
    get isIdle() {
      return process.life !== undefined && done === work.length && underWay === 0 && resuming.size === 0;
    },
    get leftCallAt() {
      return leftCallAt;
    },
    resume(queue) {
      if (send === undefined || resuming.has(queue)) return;
      resuming.add(queue);
      send({ do: "resume", queue }).then(
        () => resuming.delete(queue),
        (error: unknown) => sim.world.fail(error),
      );
    },
    boot() {
      const life = process.start();
      if (underWay + resuming.size > 0) leftCallAt = sim.world.now;
      underWay = 0;
      resuming.clear();
      const calls = createCalls(sim, life);
      send = (errand) => perform(sim, life, calls, errand);
      const next = () => {
        const item = work[done];
        if (!item) return;
        life.after(item.at - sim.world.now, () => {
          done++;
          underWay++;
          perform(sim, life, calls, item).then(
            (isDone) => {
              underWay--;
              if (!isDone) leftCallAt = sim.world.now;
            },
            (error: unknown) => sim.world.fail(error),
          );
          next();
        });
      };
      next();
    },
  };
}

function createCalls(sim: Sim, life: Life) {
  const { addresses, faults } = sim;
  const transport = createSimTransport(life, addresses.wayTo("scheduler"), faults, sim.calls);
  return { jobs: createClient(JobService, transport), queues: createClient(QueueService, transport) };
}

/** False: nobody knows whether it has been done. */
async function perform(sim: Sim, life: Life, calls: ReturnType<typeof createCalls>, work: Errand): Promise<boolean> {
  const order = orderOf(sim, calls, work);
  if (!order) return true;
  const { recorder } = sim;
  const backoff = createBackoff({ initialMs: 100, maxMs: 1_000, clock: life.clock });
  for (;;) {
    const call = recorder.call(life.name, order.request);
    try {
      const told = await order.send();
      call.answered(told);
      if (work.do === "submit")
        for (const [i, { spec }] of work.jobs.entries()) noteId(sim, spec.tag, told.jobs?.[i]?.job);
      return true;
    } catch (error) {
      const failure = failureOf(error);
      call.failed(failure);
      if (failure.done === "no" || !order.isRepeatable) return failure.done === "no";
      await backoff.wait();
    }
  }
}

function noteId({ jobIds }: Sim, tag: string, id: string | undefined): void {
  if (id !== undefined) jobIds.set(tag, id);
}

function orderOf(sim: Sim, { jobs, queues }: ReturnType<typeof createCalls>, work: Errand): Order | undefined {
  const options = { timeoutMs: callTimeoutMs };
  switch (work.do) {
    case "submit": {
      const planned = work.jobs.map((job) => withParents(sim, job));
      if (planned.some((job) => job === undefined)) return undefined;
      const requestId = work.hasRequestId ? uuidV7() : "";
      const request = {
        namespace,
        requestId,
        items: (planned as JobPlan[]).map(jobToProto),
      } satisfies MessageInitShape<typeof SubmitJobsRequestSchema>;
      return {
        request: submitRequestOf(request),
        isRepeatable: requestId !== "",
        send: async () => {
          const headers = requestId === "" ? { [onceHeader]: "yes" } : {};
          const { jobs: submitted } = await jobs.submitJobs(request, { ...options, headers });
          return { jobs: submittedOf(submitted) };
        },
      };
    }
    case "cancel":
    case "retry":
    case "delete":
    case "reorder": {
      const job = sim.jobIds.get(work.tag);
      return job === undefined ? undefined : changeOf(sim, jobs, work, job);
    }
    case "pause":
    case "resume": {
      const { do: op, queue } = work;
      return {
        request: { op, namespace, queue },
        isRepeatable: true,
        send: async () => {
          await (op === "pause" ? queues.pauseQueue : queues.resumeQueue)({ namespace, name: queue }, options);
          return {};
        },
      };
    }
    case "limits": {
      const { key, seats, ratePerSecond } = work;
      const limit = {
        key,
        ...(seats !== undefined && { seats }),
        ...(ratePerSecond !== undefined && { ratePerSecond }),
      };
      return {
        request: limitsRequestOf({ namespace, limits: [limit] }),
        isRepeatable: true,
        send: async () => {
          await queues.setLimits({ namespace, limits: [limit] }, options);
          return {};
        },
      };
    }
  }
}

type Change = Extract<Work, { do: "cancel" | "retry" | "delete" | "reorder" }>;

function changeOf(sim: Sim, jobs: ReturnType<typeof createCalls>["jobs"], work: Change, job: string): Order {
  const options = { timeoutMs: callTimeoutMs };
  const named = { namespace, jobIds: [job] };
  switch (work.do) {
    case "cancel": {
      const mode = CancelMode[work.mode === "immediate" ? "IMMEDIATE" : "CONFIRMED"];
      const request = { ...named, mode, actor: "a client" };
      return {
        request: cancelRequestOf(request),
        isRepeatable: true,
        send: async () => ({ results: resultsOf((await jobs.cancelJobs(request, options)).results) }),
      };
    }
    case "retry": {
      const request = { ...named, requestId: uuidV7() };
      return {
        request: retryRequestOf(request),
        isRepeatable: true,
        send: async () => ({ results: resultsOf((await jobs.retryJobs(request, options)).results) }),
      };
    }
    case "delete":
      return {
        request: { op: "delete", namespace, jobs: [job] },
        isRepeatable: true,
        send: async () => ({ results: resultsOf((await jobs.deleteJobs(named, options)).results) }),
      };
    case "reorder":
      return {
        request: { op: "reorder", namespace, jobs: [job] },
        isRepeatable: false,
        send: async () => {
          const order = { rankClass: sim.faults.random.int(-1, 1), rankBy: { case: undefined } };
          await jobs.reorderJob({ namespace, jobId: job, order }, options);
          return {};
        },
      };
  }
}

/** The job with the ids of its parents; undefined when the client has not been told one of them. */
function withParents({ jobIds }: Sim, job: JobPlan): JobPlan | undefined {
  if (job.parentTags.length === 0) return job;
  const parents = (job.spec.parents ?? []).map((parent) =>
    typeof parent.job === "string" ? { ...parent, job: jobIds.get(parent.job) ?? "" } : parent,
  );
  return parents.some((parent) => parent.job === "") ? undefined : { ...job, spec: { ...job.spec, parents } };
}

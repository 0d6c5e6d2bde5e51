import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Answer, JobState as HistoryState, Request } from "@switchyard/history";
import { createBackoff, uuidV7 } from "@switchyard/client";
import { fromConnectError, type Reason } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  CancelMode,
  JobService,
  type JobResult,
  SubmittedJob_Disposition,
  type SubmitJobsRequestSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { createClient } from "@switchyard/rpc";
import { type Life, noSkew, Process } from "../kernel/process.js";
import { createSimTransport } from "../network/sim-transport.js";
import { jobToProto } from "../plan/job-to-proto.js";
import { type JobPlan, namespace, type Work } from "../plan/plan.js";
import type { Actor, Sim } from "./sim.js";

/** A client, and whether it still has something to do. */
export interface ClientActor extends Actor {
  readonly isIdle: boolean;
}

type Told = Pick<Answer, "jobs" | "results">;

/** One call, made as often as it takes. */
interface Order {
  readonly request: Request;
  readonly send: () => Promise<Told>;
  /** A repeat does nothing twice. */
  readonly isRepeatable: boolean;
}

const callTimeoutMs = 4_000;

/** A client that does its part of the plan, and repeats what got no answer where that is safe. One that crashes goes on with what comes later. */
export function createClientActor(sim: Sim, name: string): ClientActor {
  const process = new Process(name, sim.world, sim.plan.skews[name] ?? noSkew);
  const work = sim.plan.work.filter(({ client }) => client === name);
  let done = 0;
  let underWay = 0;
  return {
    process,
    get isIdle() {
      return process.life !== undefined && done === work.length && underWay === 0;
    },
    boot() {
      const life = process.start();
      underWay = 0;
      const calls = createCalls(sim, life);
      const next = () => {
        const item = work[done];
        if (!item) return;
        life.after(item.at - sim.world.now, () => {
          done++;
          underWay++;
          perform(sim, life, calls, item).then(
            () => underWay--,
            (error: unknown) => sim.world.fail(error),
          );
          next();
        });
      };
      next();
    },
  };
}

function createCalls({ addresses, faults }: Sim, life: Life) {
  const transport = createSimTransport(life, () => addresses.resolve("scheduler"), faults);
  return { jobs: createClient(JobService, transport), queues: createClient(QueueService, transport) };
}

async function perform(sim: Sim, life: Life, calls: ReturnType<typeof createCalls>, work: Work): Promise<void> {
  const order = orderOf(sim, calls, work);
  if (!order) return;
  const { recorder } = sim;
  const backoff = createBackoff({ initialMs: 100, maxMs: 1_000, clock: life.clock });
  for (;;) {
    const call = recorder.nextCall();
    recorder.note({ type: "call", call, client: life.name, request: order.request });
    try {
      const told = await order.send();
      recorder.note({ type: "answer", call, ...told });
      if (work.do === "submit") for (const [i, { spec }] of work.jobs.entries()) noteId(sim, spec.tag, told.jobs?.[i]?.job);
      return;
    } catch (error) {
      const { reason } = fromConnectError(error);
      const isRefused = refusals.has(reason);
      recorder.note({ type: "failure", call, reason, done: isRefused ? "no" : "unknown" });
      if (isRefused || !order.isRepeatable) return;
      await backoff.wait();
    }
  }
}

function noteId({ jobIds }: Sim, tag: string, id: string | undefined): void {
  if (id !== undefined) jobIds.set(tag, id);
}

/** Reasons after which surely nothing was done, and no repeat will do it. */
const refusals: ReadonlySet<Reason> = new Set<Reason>([
  "INVALID_ARGUMENT",
  "JOB_NOT_FOUND",
  "WRONG_STATE",
  "MALFORMED_ID",
  "REQUEST_ID_REUSED",
  "REVISION_CONFLICT",
] as Reason[]);

function orderOf(sim: Sim, { jobs, queues }: ReturnType<typeof createCalls>, work: Work): Order | undefined {
  const options = { timeoutMs: callTimeoutMs };
  switch (work.do) {
    case "submit": {
      const planned = work.jobs.map((job) => withParents(sim, job));
      if (planned.some((job) => job === undefined)) return undefined;
      const items = (planned as JobPlan[]).map(({ spec }) => spec);
      const requestId = work.hasRequestId ? uuidV7() : "";
      const request = { namespace, requestId, items: (planned as JobPlan[]).map(jobToProto) } satisfies MessageInitShape<
        typeof SubmitJobsRequestSchema
      >;
      return {
        request: { op: "submit", namespace, requestId, items },
        isRepeatable: requestId !== "",
        send: async () => {
          const { jobs: submitted } = await jobs.submitJobs(request, options);
          return {
            jobs: submitted.map(({ jobId, disposition, state }) => ({
              job: jobId,
              disposition: SubmittedJob_Disposition[disposition] as "CREATED",
              state: stateOf(state),
            })),
          };
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
      const limit = { key, ...(seats !== undefined && { seats }), ...(ratePerSecond !== undefined && { ratePerSecond }) };
      return {
        request: { op: "limits", namespace, limits: [limit] },
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

function changeOf(
  sim: Sim,
  jobs: ReturnType<typeof createCalls>["jobs"],
  work: Change,
  job: string,
): Order {
  const options = { timeoutMs: callTimeoutMs };
  const named = { namespace, jobIds: [job] };
  switch (work.do) {
    case "cancel": {
      const mode = CancelMode[work.mode === "immediate" ? "IMMEDIATE" : "CONFIRMED"];
      return {
        request: { op: "cancel", namespace, jobs: [job], mode: work.mode },
        isRepeatable: true,
        send: async () => resultsOf(await jobs.cancelJobs({ ...named, mode, actor: "a client" }, options)),
      };
    }
    case "retry": {
      const requestId = uuidV7();
      return {
        request: { op: "retry", namespace, jobs: [job], requestId },
        isRepeatable: true,
        send: async () => resultsOf(await jobs.retryJobs({ ...named, requestId }, options)),
      };
    }
    case "delete":
      return {
        request: { op: "delete", namespace, jobs: [job] },
        isRepeatable: true,
        send: async () => resultsOf(await jobs.deleteJobs(named, options)),
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

function resultsOf({ results }: { readonly results: readonly JobResult[] }): Told {
  return {
    results: results.map(({ jobId, reason, previousState }) => ({
      job: jobId,
      refused: reason === ErrorReason.UNSPECIFIED ? "" : ErrorReason[reason],
      previousState: stateOf(previousState),
    })),
  };
}

function stateOf(state: JobState): HistoryState | "" {
  return state === JobState.UNSPECIFIED ? "" : (JobState[state] as HistoryState);
}

/** The job with the ids of its parents; undefined when the client has not been told one of them. */
function withParents({ jobIds }: Sim, job: JobPlan): JobPlan | undefined {
  if (job.parentTags.length === 0) return job;
  const parents = (job.spec.parents ?? []).map((parent) =>
    typeof parent.job === "string" ? { ...parent, job: jobIds.get(parent.job) ?? "" } : parent,
  );
  return parents.some((parent) => parent.job === "") ? undefined : { ...job, spec: { ...job.spec, parents } };
}

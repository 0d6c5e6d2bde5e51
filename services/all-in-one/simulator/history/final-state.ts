import { type FinalJob, type FinalState, finalJobOf, finalLimitsOf } from "@switchyard/history";
import { reasonOf } from "@switchyard/errors";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { createClient } from "@switchyard/rpc";
import type { RunnerActor } from "../actors/runner.js";
import type { Sim } from "../actors/sim.js";
import { Process } from "../kernel/process.js";
import { createSimTransport } from "../network/sim-transport.js";
import { namespace } from "../plan/plan.js";

/** Reads what is there at the end, as any client could. */
export async function readFinalState(
  sim: Sim,
  runners: readonly RunnerActor[],
  known: Pick<FinalState, "healedForMs" | "eventsComplete">,
): Promise<FinalState> {
  const { addresses, faults, world, logs, tables } = sim;
  const life = new Process("reader", world).start();
  const transport = createSimTransport(life, addresses.wayTo("scheduler"), faults, sim.calls);
  const [jobs, queues] = [createClient(JobService, transport), createClient(QueueService, transport)];
  const found: FinalJob[] = [];
  for (const serial of tables.byName.get(namespace)?.jobs.keys() ?? []) {
    const job = await again(sim, () => readJob(jobs, serial));
    if (job) found.push(job);
  }
  const { limits } = await again(sim, () => queues.listLimits({ namespace }, { timeoutMs: 5_000 }));
  return {
    ...known,
    namespaces: [namespace],
    jobs: found,
    limits: finalLimitsOf(namespace, limits),
    logs: [...logs.streams()],
    runners: runners.map(({ plan, runner }) => ({
      namespace,
      runner: plan.name,
      holds: [],
      idle: (runner?.activeCount ?? 0) < plan.slots,
      kinds: ["*"],
      labels: plan.labels,
    })),
    pausedQueues: [],
  };
}

async function readJob(
  jobs: ReturnType<typeof createClient<typeof JobService>>,
  serial: number,
): Promise<FinalJob | undefined> {
  try {
    const by = { case: "serial", value: BigInt(serial) } as const;
    const { job } = await jobs.getJob({ namespace, by, view: JobView.FULL }, { timeoutMs: 5_000 });
    return job && finalJobOf(job);
  } catch (error) {
    if (reasonOf(error) === "JOB_NOT_FOUND") return undefined;
    throw error;
  }
}

/** A shard may just have changed hands. */
async function again<T>({ world }: Sim, read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries === 20) throw error;
      await world.sleep(300);
    }
  }
}

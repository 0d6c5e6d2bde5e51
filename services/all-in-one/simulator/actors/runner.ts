import type { Transport } from "@connectrpc/connect";
import { createRunner, JobFailure, JobRelease, type JobContext, type Runner } from "@switchyard/client";
import { sleep } from "@switchyard/clock";
import { noSkew, Process, type Life } from "../kernel/process.js";
import { recordRunner } from "../history/record-runner.js";
import { createSimTransport } from "../network/sim-transport.js";
import { namespace, type RunnerPlan, type Script } from "../plan/plan.js";
import type { Actor, Sim } from "./sim.js";

/** A runner, and what it does now. */
export interface RunnerActor extends Actor {
  readonly plan: RunnerPlan;
  /** The runner of its present life; undefined while there is none. */
  readonly runner: Runner | undefined;
}

/** How long a runner that ends waits for its work, ms; some of it takes longer. */
const drainMs = 1_000;

/** A runner of the client library, as it is, whose work is what the jobs' scripts say. */
export function createRunnerActor(sim: Sim, plan: RunnerPlan): RunnerActor {
  const { world, faults, addresses, recorder } = sim;
  const process = new Process(plan.name, world, sim.plan.skews[plan.name] ?? noSkew);
  let runner: Runner | undefined;
  return {
    process,
    plan,
    get runner() {
      return runner;
    },
    stop: async () => runner?.stop(drainMs),
    boot() {
      const life = process.start();
      const transport: Transport = recordRunner(
        createSimTransport(life, addresses.wayTo("gateway", { stay: true }), faults, sim.calls),
        plan.name,
        recorder,
      );
      const mine = createRunner({
        transport,
        namespace,
        name: plan.name,
        runnerId: plan.name,
        kinds: ["*"],
        labels: plan.labels,
        slots: plan.slots,
        presenceMs: plan.presenceMs,
        maxHoldMs: 2_000,
        timeoutMs: 3_000,
        logPatienceMs: 2_000,
        clock: life.clock,
        execute: (context) => execute(sim, life, context),
      });
      runner = mine;
      life.whenOver(() => {
        if (runner === mine) runner = undefined;
      });
      mine.start().catch(() => {
        if (process.life !== life) return;
        process.crash();
        world.after(200, () => this.boot());
      });
    },
  };
}

/** Works as the script of the attempt says. */
async function execute({ recorder }: Sim, life: Life, context: JobContext): Promise<unknown> {
  const { lease, signal } = context;
  const { jobId: job, attempt } = lease;
  const scripts = context.input.json<readonly Script[]>();
  const script = scripts[Math.min(attempt, scripts.length) - 1] as Script;
  const { ms, end, lines, progress, deaf } = script;
  const note = (step: "begun" | "ended") => recorder.note({ type: "run", step, runner: life.name, job, attempt });
  note("begun");
  try {
    const steps = lines + 1;
    for (let i = 0; i < steps; i++) {
      await sleep(life.clock, ms / steps, deaf ? undefined : signal);
      if (i < lines) context.log("out").info(`${job}/${attempt}: line ${i}`);
      if (progress) context.progress({ current: i + 1, total: steps });
    }
    if (end === "hang") await sleep(life.clock, 3_600_000, signal);
  } finally {
    note("ended");
  }
  if (end === "fail" || end === "fail-retryable") throw new JobFailure("as planned", { retryable: end !== "fail" });
  if (end === "release") throw new JobRelease("as planned");
  return { attempt };
}

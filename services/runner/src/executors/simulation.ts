import { setTimeout as sleep } from "node:timers/promises";
import type { JobContext } from "@switchyard/client";

/** What is simulated, and how long that takes. */
export interface SimulationOptions {
  /** Name of the problem, for the text of the solution. */
  readonly subject: string;
  /** Steps that it may take at most. */
  readonly maxSteps: number;
  /** How long it takes in all, in milliseconds. Default 1,000; 2,000 at most. */
  readonly durationMs?: number;
}

/** The result of a simulation; marked as one. */
export interface SimulationResult {
  readonly success: true;
  readonly simulated: true;
  readonly solution: string;
  readonly steps_taken: number;
  readonly max_steps: number;
  /** When it was done, RFC 3339. */
  readonly execution_time: string;
}

const mostSteps = 5;

/**
 * Stands for the work that an operator has not connected: a few steps with log lines and progress, and a result that says
 * that it is simulated.
 *
 * @throws JobStopped when the job shall end
 */
export async function simulate(
  context: JobContext,
  { subject, maxSteps, durationMs = 1_000 }: SimulationOptions,
): Promise<SimulationResult> {
  const log = context.log();
  const steps = Math.min(mostSteps, maxSteps);
  log.info(`Simulating ${subject}`, { max_steps: maxSteps });
  for (let step = 1; step <= steps; step++) {
    await sleep(Math.min(2_000, durationMs) / steps, undefined, { signal: context.signal }).catch(() => undefined);
    context.signal.throwIfAborted();
    log.info(`Step ${step} of ${steps}`, { step });
    context.progress({ current: step, total: steps });
  }
  log.info(`Simulation of ${subject} is done`, { steps_taken: steps });
  return {
    success: true,
    simulated: true,
    solution: `Simulated solution for ${subject}`,
    steps_taken: steps,
    max_steps: maxSteps,
    execution_time: new Date().toISOString(),
  };
}

import { now } from "./now.js";
import type { JobBody, Work, WorkMode, WorkSide } from "./queue.js";
import { tell } from "./serve.js";

/** What a process that works can be asked. */
export interface WorkCommands {
  /** Starts the workers; answers when they were told to. Counts from 0. */
  work(mode: WorkMode): Promise<{ readonly at: number }>;
  /** How many jobs have been handled, and when that was. */
  handled(): { readonly jobs: number; readonly at: number };
  /** Waits until so many have been handled; answers when that was. */
  reached(jobs: number): Promise<{ readonly at: number }>;
  /** Waits until so many have been handled and nothing is at hand whose end is not durable; answers when that was. */
  finished(jobs: number): Promise<{ readonly at: number }>;
  /** In the mode `latency`: milliseconds from submit to the begin of the work of each job since `work`. */
  delays(): readonly number[];
  stopWork(): Promise<void>;
}

/** How often the number of handled jobs is told while it changes; submitters that wait for room hear of it. */
const tellMs = 20;

/** Makes the commands of a process that works. */
export function workCommands(side: WorkSide): WorkCommands {
  let work: Work | undefined;
  let jobs = 0;
  let delays: number[] = [];
  let keepDelays = false;
  let waiting: { readonly jobs: number; readonly reached: () => void } | undefined;
  let ticker: NodeJS.Timeout | undefined;

  const handle = ({ at }: JobBody) => {
    jobs++;
    if (keepDelays) delays.push(now() - at);
    if (waiting !== undefined && jobs >= waiting.jobs) waiting.reached();
  };

  const reached = async (wanted: number) => {
    if (work === undefined) throw new Error("nothing works");
    if (jobs < wanted) await new Promise<void>((resolve) => (waiting = { jobs: wanted, reached: resolve }));
    waiting = undefined;
    return { at: now() };
  };

  return {
    async work(mode) {
      jobs = 0;
      delays = [];
      keepDelays = mode === "latency";
      let told = 0;
      ticker = setInterval(() => {
        if (told !== jobs) tell("handled", jobs);
        told = jobs;
      }, tellMs);
      const at = now();
      work = await side.work(mode, handle);
      return { at };
    },
    handled: () => ({ jobs, at: now() }),
    reached,
    async finished(wanted) {
      await reached(wanted);
      while (!(await work?.settled())) await new Promise((resolve) => setTimeout(resolve, 1));
      return { at: now() };
    },
    delays: () => delays,
    async stopWork() {
      clearInterval(ticker);
      await work?.stop();
      work = undefined;
    },
  };
}

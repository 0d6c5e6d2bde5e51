import { createBell } from "./bell.js";
import { now } from "./now.js";
import type { JobBody, JobShape, SubmitSide } from "./queue.js";

/** Who submits how. */
export interface Load {
  /** Callers that wait for the answer before they submit again. */
  readonly callers: number;
  /** Jobs of one call; 1 is a single submit. */
  readonly size: number;
  /** Single submits that share no call. */
  readonly plain?: boolean;
  readonly shape?: JobShape;
}

/** How much is submitted: until a time has passed, or a number of jobs. */
export type Amount = { readonly seconds: number } | { readonly jobs: number };

/** What was submitted. */
export interface Submitted {
  readonly jobs: number;
  /** From the first call to the last answer. */
  readonly seconds: number;
}

/** What a process can submit. */
export interface SubmitCommands {
  submit(load: Load & Amount): Promise<Submitted>;
  /** Submits one job every so many milliseconds on average, none waiting for another; gaps vary by half, so that no timer beats with them. */
  pace(load: { readonly jobs: number; readonly everyMs: number }): Promise<Submitted>;
  /** Begins to submit, and pauses while more than `backlog` jobs are not done. */
  feed(load: Load & { readonly backlog: number }): void;
  /** Says how many jobs have been done since the feed began. */
  done(jobs: number): void;
  stopFeed(): Promise<Submitted>;
  /** Jobs that have not ended, as the storage knows them. */
  openJobs(): Promise<number>;
}

const text = "x".repeat(90);

/** Makes the commands of a process that submits. */
export function submitCommands(side: SubmitSide): SubmitCommands {
  let feeding: { stop: () => void; done: (jobs: number) => void; readonly ended: Promise<Submitted> } | undefined;
  const body = (): JobBody => ({ at: now(), text });
  const send = ({ size, plain, shape }: Load): Promise<unknown> => {
    if (size > 1 || shape) return side.submitMany(Array.from({ length: size }, body), shape);
    return plain && side.submitPlain ? side.submitPlain(body()) : side.submitOne(body());
  };
  /** Lets every caller submit while it may. */
  const run = async (load: Load, mayGoOn: () => boolean | Promise<boolean>): Promise<Submitted> => {
    const begunAt = now();
    let jobs = 0;
    const caller = async () => {
      while (await mayGoOn()) {
        await send(load);
        jobs += load.size;
      }
    };
    await Promise.all(Array.from({ length: load.callers }, caller));
    return { jobs, seconds: (now() - begunAt) / 1_000 };
  };

  return {
    submit(load) {
      if ("seconds" in load) {
        const until = now() + load.seconds * 1_000;
        return run(load, () => now() < until);
      }
      let left = Math.ceil(load.jobs / load.size);
      return run(load, () => left-- > 0);
    },
    async pace({ jobs, everyMs }) {
      const begunAt = now();
      const under: Promise<unknown>[] = [];
      let next = begunAt;
      while (under.length < jobs) {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - now())));
        under.push(side.submitOne(body()));
        next += everyMs * (0.5 + Math.random());
      }
      await Promise.all(under);
      return { jobs, seconds: (now() - begunAt) / 1_000 };
    },
    feed({ backlog, ...load }) {
      let stopped = false;
      let sent = 0;
      let done = 0;
      const changed = createBell();
      const ended = run(load, async () => {
        while (!stopped && sent - done >= backlog) await changed.rung();
        if (!stopped) sent += load.size;
        return !stopped;
      });
      // Told when it is waited for.
      ended.catch(() => undefined);
      feeding = {
        ended,
        stop: () => {
          stopped = true;
          changed.ring();
        },
        done: (jobs) => {
          done = jobs;
          changed.ring();
        },
      };
    },
    done: (jobs) => feeding?.done(jobs),
    async stopFeed() {
      if (feeding === undefined) throw new Error("nothing is being fed");
      feeding.stop();
      return feeding.ended;
    },
    openJobs: () => side.openJobs(),
  };
}

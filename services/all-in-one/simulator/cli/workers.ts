import { type ChildProcess, fork } from "node:child_process";
import type { Summary, Task } from "../worker.js";

/** Processes that run seeds. */
export interface Workers {
  readonly size: number;
  /** Gives a task to the next worker that is free. @throws Error when the simulator itself fails */
  perform(task: Task): Promise<Summary>;
  /** Ends them. */
  stop(): void;
}

/** Runs make much short-lived garbage: a larger space for it, collected by the thread that made it, saves a fifth of the time where each core has a worker. */
const execArgv = ["--max-semi-space-size=32", "--min-semi-space-size=32", "--single-threaded-gc"];

/** Starts so many workers from a bundle. */
export function startWorkers(bundle: string, size: number): Workers {
  const all = Array.from({ length: size }, () =>
    fork(bundle, { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
  const free = [...all];
  const waiting: ((worker: ChildProcess) => void)[] = [];

  function take(): Promise<ChildProcess> {
    const worker = free.pop();
    return worker ? Promise.resolve(worker) : new Promise((resolve) => waiting.push(resolve));
  }

  function giveBack(worker: ChildProcess): void {
    const next = waiting.shift();
    if (next) next(worker);
    else free.push(worker);
  }

  return {
    size,
    async perform(task) {
      const worker = await take();
      const summary = await new Promise<Summary>((resolve, reject) => {
        const onExit = (code: number | null) =>
          reject(new Error(`a worker ended with ${code} at ${JSON.stringify(task)}`));
        worker.once("exit", onExit);
        worker.once("message", (message: Summary) => {
          worker.off("exit", onExit);
          resolve(message);
        });
        worker.send(task);
      });
      giveBack(worker);
      if (summary.did === "fail") throw new Error(`the simulator failed at ${JSON.stringify(task)}: ${summary.error}`);
      return summary;
    },
    stop() {
      for (const worker of all) worker.disconnect();
    },
  };
}

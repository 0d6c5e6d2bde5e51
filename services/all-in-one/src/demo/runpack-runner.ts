import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RunpackCalls } from "./runpack-calls.js";
import type { Screen } from "./screen.js";

/** What an old runner is told about a job that it may claim. */
export interface WaitingJob {
  readonly job_id: string;
  readonly input_params: { readonly below: number; readonly steps: number };
}

/** The result of a job, as its runner reports it and its submitters get it. */
export interface RunpackResult {
  readonly output_data: unknown;
  readonly console_output: string;
}

/** A runner as the old system had them: looks for work, claims it by its id, sends its whole console with each heartbeat, reports. */
export interface OldRunner {
  /** The jobs of its type that wait. */
  available(): Promise<readonly WaitingJob[]>;
  /** Claims a job and executes it in a process of its own. @returns the result, once it has been reported */
  execute(job: WaitingJob): Promise<RunpackResult>;
}

/** Registers a runner that counts primes for jobs of a type. */
export async function registerOldRunner(api: RunpackCalls, jobType: string, screen: Screen): Promise<OldRunner> {
  const { body } = await api.asRunner("register", "", { name: "demo-runner", capabilities: [jobType] });
  const runnerId = body["runner_id"] as string;
  screen.line(`registered runner ${runnerId}`);
  return {
    async available() {
      const answer = await api.asRunner(`jobs/available?types[]=${jobType}`, runnerId);
      return answer.body["jobs"] as WaitingJob[];
    },
    async execute({ job_id: jobId, input_params: input }) {
      const report = (what: string, content: object) => api.asRunner(`jobs/${jobId}/${what}`, runnerId, content);
      await report("claim", {});
      const console_output = await countPrimes([input.below, input.steps], async (line, console_output) => {
        screen.logLine("console", line);
        const [, current, total] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? [];
        if (current === undefined) return;
        await report("heartbeat", { progress_current: +current, progress_total: Number(total), console_output });
      });
      const output_data = JSON.parse(console_output.trimEnd().split("\n").at(-1) ?? "") as unknown;
      await report("complete", { output_data, console_output });
      return { output_data, console_output };
    },
  };
}

/** Runs the process. `onLine` gets each line and the console so far. @returns the whole console */
async function countPrimes(
  numbers: readonly number[],
  onLine: (line: string, console: string) => Promise<void>,
): Promise<string> {
  const script = fileURLToPath(new URL("count-primes.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, ...numbers.map(String)], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  let console = "";
  for await (const line of createInterface({ input: child.stdout })) {
    console += `${line}\n`;
    await onLine(line, console);
  }
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return console;
}

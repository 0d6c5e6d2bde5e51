import { whyNotCached } from "./cached-answer.js";
import { type RunpackKeys, runpackCalls } from "./runpack-calls.js";
import { registerOldRunner, type RunpackResult } from "./runpack-runner.js";
import type { Screen } from "./screen.js";

const jobType = "count_primes";

/**
 * Submits a job over the runpack dialect, executes it as one of its old runners would, and submits it again.
 *
 * @throws Error unless the second answer is the result of the first run, from the cache
 */
export async function runCachedJob(httpAddress: string, keys: RunpackKeys, screen: Screen): Promise<void> {
  const api = runpackCalls(httpAddress, keys);
  const submit = async (input: object) => {
    const startedAt = performance.now();
    const answer = await api.submit(jobType, input);
    const { job_id: id, message } = answer.body;
    screen.line(`submitted ${JSON.stringify(input)}: ${answer.status} ${message}, job ${id}, ${since(startedAt)} ms`);
    return answer;
  };

  const first = await submit({ below: 2_000_000, steps: 10 });
  if (first.status !== 201) throw new Error(`the first submission was answered with ${first.status} instead of 201`);
  const runner = await registerOldRunner(api, jobType, screen);
  const [job] = await runner.available();
  if (job === undefined) throw new Error("the runner is offered no job");
  const startedAt = performance.now();
  const result = await runner.execute(job);
  screen.line(`executed in ${since(startedAt)} ms: ${JSON.stringify(result.output_data)}`);

  // The same input, since the order of members does not count.
  const answer = await submit({ steps: 10, below: 2_000_000 });
  screen.line(`  its result: ${JSON.stringify((answer.body["result"] as RunpackResult | undefined)?.output_data)}`);
  const [{ total: jobs = 0 }, { length: waiting }] = [await api.countJobs(), await runner.available()];
  screen.line(`  jobs in all ${jobs}, waiting for a runner ${waiting}`);
  const reason = whyNotCached({ jobId: job.job_id, result, answer, waiting, jobs });
  if (reason !== undefined) throw new Error(`the second submission was not answered from the cache: ${reason}`);
}

const since = (startedAt: number) => Math.round(performance.now() - startedAt);

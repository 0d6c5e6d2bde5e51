import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Gate_Type } from "@switchyard/proto/switchyard/scheduler/v1/explanation_pb";
import { RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { isPresent } from "../../commands/runners/runner-text.js";
import { spanText } from "../../output/times.js";
import type { Check, Examination } from "../examination.js";
import { fail, ok, warn } from "../finding.js";

/** A job that waits no longer than this is nothing to speak of. */
const patienceMs = 60_000;

/** Whether there are runners, and whether they are alive. */
export const runnersCheck: Check = {
  name: "runners",
  asks: "runnerGateway",
  async run(examination) {
    const { client, settings, timeoutMs } = examination;
    const { namespace } = settings;
    const { runners, total } = await client.fleet.listRunners({ namespace, pageSize: 1_000 }, { timeoutMs });
    const present = runners.filter(({ state }) => isPresent(state));
    const taking = present.filter(({ draining, paused }) => !draining && !paused);
    const advice = "Start a runner for this namespace, or size the managed pool: switchyard pools scale 3";
    if (present.length === 0) {
      const text = total > 0n ? `none of ${total} is present` : "there are none";
      const waits = (await oldestQueued(examination)) !== undefined;
      return [waits ? fail(`${text}, and jobs wait`, advice) : warn(text, advice)];
    }
    if (taking.length === 0)
      return [
        warn(`all ${present.length} that are present take nothing new`, "End a drain: switchyard runners undrain ID"),
      ];
    const busy = present.filter(({ state }) => state === RunnerState.BUSY).length;
    return [ok(`${present.length} of ${total} are present, ${busy} busy`)];
  },
};

/** The job that has waited longest for a runner, and what for. */
export const waitingCheck: Check = {
  name: "waiting jobs",
  asks: "scheduler",
  async run(examination) {
    const { client, settings, timeoutMs } = examination;
    const job = await oldestQueued(examination);
    if (job === undefined) return [ok("none waits for a runner")];
    const request = { namespace: settings.namespace, jobId: job.id };
    const { summary, gates } = await client.jobs.explainJob(request, { timeoutMs });
    const waited = job.createTime === undefined ? 0 : Date.now() - timestampMs(job.createTime);
    const oldest = `the oldest, ${job.id}, is ${spanText(waited)} old`;
    // Patience doesn't help where nobody does such jobs.
    const lacking = gates.find(({ type, open }) => type === Gate_Type.RUNNER && !open);
    if (lacking !== undefined)
      return [warn(`${oldest}: ${lacking.message}`, `Start a runner that takes jobs of kind ${job.spec?.kind}.`)];
    const text = `${oldest}: ${summary}`;
    return [waited > patienceMs ? warn(text, `See every gate: switchyard jobs explain ${job.id}`) : ok(text)];
  },
};

async function oldestQueued({ client, settings, timeoutMs, reachable }: Examination) {
  if (!reachable.has("scheduler")) return undefined;
  const filter = { states: [JobState.QUEUED] };
  const request = { namespace: settings.namespace, filter, orderBy: ListOrder.OLDEST, pageSize: 1 };
  const { jobs } = await client.jobs.listJobs(request, { timeoutMs });
  return jobs[0];
}

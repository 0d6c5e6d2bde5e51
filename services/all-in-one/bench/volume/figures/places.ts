import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { firstSerial } from "../database.js";
import type { Row, VolumeContext } from "../figure.js";
import { namespace } from "../fill/vocabulary.js";
import { Samples } from "../measure/samples.js";

const samples = 100;
const barMs = 50;

/** Where a job stands among all that wait, why it waits, and the job itself: of jobs all over the backlog and the history. */
export async function measurePlaces({ options, scheduler }: VolumeContext): Promise<Row[]> {
  const api = await scheduler();
  const { jobs } = api;
  const total = options.finished + options.waiting;
  const times = {
    position: new Samples(),
    running: new Samples(),
    explain: new Samples(),
    job: new Samples(),
    bySubject: new Samples(),
  };
  for (let n = 0; n < samples; n++) {
    // The second half is where jobs wait.
    const after = BigInt(firstSerial + Math.floor(total * (0.5 + (0.45 * n) / samples)));
    const filter = { states: [JobState.QUEUED], afterSerial: after };
    const page = await jobs.listJobs(
      { namespace, filter, orderBy: ListOrder.OLDEST, pageSize: 1 },
      { timeoutMs: 60_000 },
    );
    const [job] = page.jobs;
    if (!job) throw new Error(`no job waits behind ${after}`);
    const by = { case: "jobId" as const, value: job.id };
    await times.position.time(() => jobs.getPosition({ namespace, by }));
    await times.running.time(() => jobs.getPosition({ namespace, by, includeRunning: true }));
    await times.explain.time(() => jobs.explainJob({ namespace, jobId: job.id }));
    await times.job.time(() => jobs.getJob({ namespace, by }));
    const subject = { case: "subject" as const, value: job.spec?.subject ?? "" };
    await times.bySubject.time(() => jobs.getPosition({ namespace, by: subject }));
  }
  const row = (what: string, of: Samples): Row => ({
    ...{ what: `${what}, p95`, value: of.quantile(0.95), unit: "ms", bar: barMs },
    note: `first ${of.values[0]?.toFixed(1)}, p50 ${of.quantile(0.5).toFixed(1)}, longest ${of.longest.toFixed(1)}`,
  });
  return [
    row("position", times.position),
    row("position, running jobs included", times.running),
    row("position by subject", times.bySubject),
    row("why a job waits", times.explain),
    row("the job itself", times.job),
  ];
}

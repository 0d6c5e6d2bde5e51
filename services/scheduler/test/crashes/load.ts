import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { createSwitchyardClient, retrying } from "@switchyard/client";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { type Lease, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { type Job, JobSpecSchema, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { anyKind } from "../setup.js";

const jobsPerSecond = 500;
/** Runners lose what they were given by a call whose answer never came; the next attempt begins when this has passed. */
const lease = durationFromMs(3_000);

/** Clients and runners that go on whatever happens to the scheduler, and what they were told. */
export interface Load {
  /** Jobs by the mark that their submitter gave them, as far as they were acknowledged. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Jobs that were sent, acknowledged or not. */
  readonly sent: number;
  /** Attempts that runners were given, `job/attempt`, as often as they were. */
  readonly given: readonly string[];
  /** Reports that were taken, `job/attempt`. */
  readonly taken: ReadonlySet<string>;
  /** Settles when a job has been acknowledged that was sent from now on. */
  nextAcknowledged(): Promise<void>;
  /** No more submits; settles when each that was sent has been answered. */
  stopSubmits(): Promise<void>;
  /** Every job of the namespace, whole. */
  readAll(): Promise<Job[]>;
  close(): Promise<void>;
}

/** Submits single jobs at a constant rate through the client library, and runs what there is. */
export function startLoad(address: string, namespace: string): Load {
  const client = createSwitchyardClient({ address });
  const transport = createGrpcTransport({ address });
  const dispatch = createClient(DispatchService, transport);
  const over = new AbortController();
  const patient = { signal: over.signal, backoff: { initialMs: 20, maxMs: 200 } };
  const acknowledged = new Map<string, string>();
  const given: string[] = [];
  const taken = new Set<string>();
  const listeners = new Set<(mark: number) => void>();
  const pending = new Set<Promise<void>>();
  let sent = 0;

  async function submit(mark: number): Promise<void> {
    const spec = create(JobSpecSchema, {
      ...{ kind: "crash.test", labels: { mark: String(mark) }, policies: { maxAttempts: 0 } },
    });
    const { jobId } = await client.submit(namespace, spec);
    acknowledged.set(String(mark), jobId);
    for (const listener of listeners) listener(mark);
  }

  const startedAt = performance.now();
  const submits = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * jobsPerSecond;
    while (sent < due) {
      const done = submit(++sent).finally(() => pending.delete(done));
      pending.add(done);
    }
  }, 10);

  async function run(runnerId: string): Promise<void> {
    const request = { ...{ namespace, runnerId, profile: anyKind, maxJobs: 50, start: true, lease } };
    while (!over.signal.aborted) {
      const { leases } = await retrying(
        () => dispatch.claimJobs({ ...request, wait: durationFromMs(1_000) }, { timeoutMs: 5_000 }),
        { ...patient, retryable: () => !over.signal.aborted },
      );
      given.push(...leases.map(nameOf));
      if (leases.length === 0) continue;
      const reports = leases.map(({ jobId, attempt: value }) => ({
        ...{ namespace, runnerId, attempt: { jobId, by: { case: "attempt" as const, value } } },
        report: { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED, message: `${runnerId}/${value}` } },
      }));
      const { results } = await retrying(() => dispatch.reportAttempts({ reports }, { timeoutMs: 5_000 }), {
        ...{ ...patient, retryable: () => !over.signal.aborted },
      });
      for (const [i, { reason }] of results.entries())
        if (reason === ErrorReason.UNSPECIFIED) taken.add(nameOf(leases[i] as Lease));
    }
  }
  const runners = ["r0", "r1", "r2", "r3"].map((runnerId) => run(runnerId).catch(() => undefined));

  return {
    acknowledged,
    given,
    taken,
    get sent() {
      return sent;
    },
    nextAcknowledged() {
      const after = sent;
      return new Promise<void>((resolve) => {
        const listener = (mark: number) => {
          if (mark <= after) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      });
    },
    async stopSubmits() {
      clearInterval(submits);
      await Promise.all(pending);
    },
    async readAll() {
      const jobs: Job[] = [];
      for (let pageToken = ""; ; ) {
        const request = { namespace, pageSize: 1_000, view: JobView.FULL, pageToken };
        const page = await retrying(() => client.jobs.listJobs(request), patient);
        jobs.push(...page.jobs);
        pageToken = page.nextPageToken;
        if (pageToken === "") return jobs;
      }
    },
    async close() {
      clearInterval(submits);
      over.abort();
      await Promise.all(runners);
      client.close();
      transport.close();
    },
  };
}

function nameOf({ jobId, attempt }: { readonly jobId: string; readonly attempt: number }): string {
  return `${jobId}/${attempt}`;
}

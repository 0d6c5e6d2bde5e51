import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { reasonOf } from "@switchyard/errors";
import { type Lease, Outcome_Kind, type OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type {
  ClaimJobsRequestSchema,
  ReportResult,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { type Job, type JobSpecSchema, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type {
  ListJobsRequestSchema,
  SubmitJobsRequestSchema,
  SubmittedJob,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { anyKind, item, type TestScheduler } from "./setup.js";

/** Fields of a message, as a case writes them. */
type Init<Message extends DescMessage> = Omit<
  Exclude<MessageInitShape<Message>, MessageShape<Message>>,
  "$typeName" | "$unknown"
>;

/** What a case says about a job. */
export type SpecInit = Init<typeof JobSpecSchema>;

/** A namespace of its own, with short forms of the calls that most cases make. */
export interface TestNamespace {
  readonly namespace: string;
  /** Submits one job. */
  submit(spec?: SpecInit, call?: Init<typeof SubmitJobsRequestSchema>): Promise<SubmittedJob>;
  /** Submits jobs in one call. */
  submitAll(specs: readonly SpecInit[], call?: Init<typeof SubmitJobsRequestSchema>): Promise<SubmittedJob[]>;
  /** Claims what there is, for any kind. */
  claim(more?: Init<typeof ClaimJobsRequestSchema>): Promise<Lease[]>;
  /** Ends an attempt. */
  finish(
    lease: { readonly jobId: string; readonly attempt?: number },
    kind?: Outcome_Kind,
    more?: Init<typeof OutcomeSchema>,
  ): Promise<ReportResult>;
  /** Claims a job and ends it. */
  run(jobId: string, kind?: Outcome_Kind): Promise<void>;
  /** Reads a job whole. */
  job(jobId: string): Promise<Job>;
  /** Serials of a list. */
  list(request?: Init<typeof ListJobsRequestSchema>): Promise<number[]>;
}

/** Makes a namespace on whichever scheduler is there when a call is made. */
export function testNamespace(namespace: string, system: () => TestScheduler): TestNamespace {
  const self: TestNamespace = {
    namespace,
    async submit(spec = {}, call = {}) {
      const [job] = await self.submitAll([spec], call);
      return job as SubmittedJob;
    },
    async submitAll(specs, call = {}) {
      const { jobs } = await system().jobs.submitJobs({ namespace, items: specs.map(item), ...call });
      return jobs;
    },
    async claim(more = {}) {
      const { leases } = await system().dispatch.claimJobs({
        namespace,
        runnerId: "runner",
        profile: anyKind,
        ...more,
      });
      return leases;
    },
    async finish({ jobId, attempt = 1 }, kind = Outcome_Kind.SUCCEEDED, more = {}) {
      const outcome = { ...more, kind };
      const name = { jobId, by: { case: "attempt" as const, value: attempt } };
      const report = { namespace, attempt: name, report: { case: "outcome" as const, value: outcome } };
      const { results } = await system().dispatch.reportAttempts({ reports: [report] });
      return results[0] as ReportResult;
    },
    async run(jobId, kind = Outcome_Kind.SUCCEEDED) {
      const [lease] = await self.claim({ jobId });
      await self.finish(lease as Lease, kind);
    },
    async job(jobId) {
      const by = { case: "jobId" as const, value: jobId };
      const { job } = await system().jobs.getJob({ namespace, by, view: JobView.FULL });
      return job as Job;
    },
    async list(request = {}) {
      const { jobs } = await system().jobs.listJobs({ namespace, ...request });
      return jobs.map(({ serial }) => Number(serial));
    },
  };
  return self;
}

/** A payload of JSON text. */
export function json(value: unknown): { data: Uint8Array; contentType: string } {
  return {
    data: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
    contentType: "application/json",
  };
}

/** Whether an error has the reason; for `rejects.toSatisfy`. */
export function because(reason: string): (error: unknown) => boolean {
  return (error) => reasonOf(error) === reason;
}

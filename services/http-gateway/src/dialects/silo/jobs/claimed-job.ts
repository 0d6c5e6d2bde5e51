import { create } from "@bufbuild/protobuf";
import { type Reason, reasonOf } from "@switchyard/errors";
import { type AttemptRef, AttemptRefSchema } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { type Job, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { FastifyRequest } from "fastify";
import { runnerOf } from "../auth/guards.js";
import { jobIdOf, type SiloContext } from "../context.js";
import { claimRefusal, claimRelation } from "./claim-relation.js";
import { asJobError, readJob } from "./read-job.js";

/** A job that a runner has something to say about. */
export interface ClaimedJob {
  readonly jobId: string;
  readonly runnerId: string;
  /** The claim that the request is pinned to; undefined is the runner's own. */
  readonly claimId: string | undefined;
  /** How the core finds the claim. */
  readonly attempt: AttemptRef;
}

type Core = Pick<SiloContext, "core" | "config">;

/**
 * Finds the claim that a report is about. Without `X-Claim-Id` it is whatever claim of this job the runner holds when the
 * core takes the report; with it, the claim is looked up first and named by its number, so that the core takes no other.
 *
 * @throws SiloError 404; 403 and 409 for a claim that is not the job's current one
 */
export async function claimedJob(context: Core, request: FastifyRequest): Promise<ClaimedJob> {
  const [jobId, { id: runnerId }] = [jobIdOf(request), runnerOf(request)];
  const claimId = claimIdOf(request);
  if (claimId === undefined) {
    const attempt = create(AttemptRefSchema, { jobId, by: { case: "holder", value: runnerId } });
    return { jobId, runnerId, claimId, attempt };
  }
  const { lastAttempt } = await readJob(context, jobId, JobView.BASIC);
  if (lastAttempt?.id !== claimId || lastAttempt.runnerId !== runnerId) {
    throw await whyRefused(context, { jobId, runnerId, claimId });
  }
  const attempt = create(AttemptRefSchema, { jobId, by: { case: "attempt", value: lastAttempt.number } });
  return { jobId, runnerId, claimId, attempt };
}

/**
 * Reads a job that the runner must hold now.
 *
 * @throws SiloError 404, 403, 409
 */
export async function heldJob(context: Core, request: FastifyRequest): Promise<Job> {
  const [jobId, { id: runnerId }] = [jobIdOf(request), runnerOf(request)];
  const job = await readJob(context, jobId, JobView.FULL);
  const relation = claimRelation(job, runnerId, claimIdOf(request));
  if (relation !== "holds") throw claimRefusal(relation, jobId);
  return job;
}

const aboutTheClaim: ReadonlySet<Reason> = new Set<Reason>([
  "ATTEMPT_NOT_FOUND",
  "LEASE_LOST",
  "NOT_HOLDER",
  "ALREADY_FINISHED",
  "WRONG_STATE",
  "LOG_SEALED",
]);

/** Gives the core's refusal of a report the contract's words; other errors stay as they are. */
export async function asClaimError(
  context: Core,
  error: unknown,
  claimed: Omit<ClaimedJob, "attempt">,
): Promise<unknown> {
  return aboutTheClaim.has(reasonOf(error)) ? whyRefused(context, claimed) : asJobError(error, claimed.jobId);
}

/** The core says that a claim is over; the job's history says how, which the contract tells apart. */
async function whyRefused(context: Core, { jobId, runnerId, claimId }: Omit<ClaimedJob, "attempt">): Promise<unknown> {
  const job = await readJob(context, jobId, JobView.FULL);
  return claimRefusal(claimRelation(job, runnerId, claimId), jobId);
}

function claimIdOf(request: FastifyRequest): string | undefined {
  return [request.headers["x-claim-id"]].flat().at(-1)?.toLowerCase();
}
